// One connection as CLIENT LIST, CLIENT INFO and INFO show it: the line of text.
//
// Of a client of another thread only with all I/O threads stopped (Threads::with_all_stopped).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/clients/client.h"

namespace larder::server {

/// Appends the line, with a newline at its end.
/// now_us     Unix time, for age and idle
/// executing  the client whose command asks; the only one whose arguments are in memory
void append_client_line(std::string& out, const Client& client, int64_t now_us, const Client* executing);
/// How the log names the client: its line, without the newline.
std::string log_name(const Client& client);

}  // namespace larder::server
