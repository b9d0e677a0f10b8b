// Whole files into strings, for conf files. Any thread.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace larder::server {

/// Everything up to the end of an open file, pipe or terminal. The descriptor stays open. The error is the system's
/// reason.
tl::expected<std::string, std::string> read_to_end(int fd);

/// The contents of a file. Folders and whatever else cannot be read as text are errors, in the system's words.
tl::expected<std::string, std::string> read_text_file(const std::string& path);

}  // namespace larder::server
