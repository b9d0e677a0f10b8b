// CONFIG REWRITE: a conf file brought up to date with the settings. rewritten_text() is pure; rewrite_file
// touches the file, callers run it one at a time.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/config/settings.h"

namespace larder::server {

/// Which directives that the file does not name are added to it.
enum class Directives : bool { changed, all };

/// The text of a conf file with the values of `settings`. Comments, blank lines, lines that set nothing (include,
/// rename-command, user, ...) and the order stay. A directive's first line gets its value; further lines of the same
/// directive go unless it needs several. Directives without a line are added at the end, all of them or those that
/// are not at their default.
std::string rewritten_text(std::string_view old_text, const Settings& settings, Directives added = Directives::changed);

/// Applies rewritten_text to a file, which need not exist: a new file is written beside it, forced to disk and renamed
/// over it. The file's mode is kept and symbolic links are followed. The error is the system's reason.
tl::expected<void, std::string> rewrite_file(const std::string& path, const Settings& settings,
                                             Directives added = Directives::changed);

}  // namespace larder::server
