// What OBJECT and DEBUG OBJECT tell about a value.
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::store {
class Entry;
struct Settings;
}  // namespace larder::store

namespace larder::server::commands {

/// As OBJECT ENCODING and OBJECT REFCOUNT answer.
std::string_view encoding_name(const store::Entry& entry);
int64_t reference_count(const store::Settings& settings, const store::Entry& entry);

}  // namespace larder::server::commands
