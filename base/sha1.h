// SHA-1 (RFC 3174), for DEBUG DIGEST, whose digests are Redis'. Not for anything that has to be secure. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace larder::base {

using Sha1 = std::array<uint8_t, 20>;

Sha1 sha1(std::string_view bytes);

}  // namespace larder::base
