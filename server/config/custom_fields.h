// The directives whose values have a form of their own, and the further checks of texts: what the rows of the table
// point to. For CustomField: an assign_ leaves the settings as they were when it refuses; a format_ gives what CONFIG
// GET shows. A refuse_ returns the reason why a text cannot be the value, or nothing. Pure functions apart from the
// directory checks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/config/directive.h"

namespace larder::server {

using Assigned = tl::expected<void, std::string>;
using Refusal = std::optional<std::string>;

/// Addresses, at most 16.
Assigned assign_bind(Settings& settings, std::string_view value, Source source);
std::string format_bind(const Settings& settings);

/// 0 to 65535; `auto` at the start.
Assigned assign_port(Settings& settings, std::string_view value, Source source);
std::string format_port(const Settings& settings);

/// An octal number up to 777.
Assigned assign_unixsocketperm(Settings& settings, std::string_view value, Source source);
std::string format_unixsocketperm(const Settings& settings);

/// Groups of four: class, hard limit, soft limit, seconds. Classes that are not named keep their limits.
Assigned assign_output_limits(Settings& settings, std::string_view value, Source source);
std::string format_output_limits(const Settings& settings);

/// A directory that exists; relative ones are made absolute.
Assigned assign_dir(Settings& settings, std::string_view value, Source source);
std::string format_dir(const Settings& settings);

/// What is beyond 1 to 500 becomes the nearer of the two.
Assigned assign_hz(Settings& settings, std::string_view value, Source source);
std::string format_hz(const Settings& settings);

/// Letters of the classes of events.
Assigned assign_events(Settings& settings, std::string_view value, Source source);
std::string format_events(const Settings& settings);

/// Numbers from 0 to 100.
Assigned assign_percentiles(Settings& settings, std::string_view value, Source source);
std::string format_percentiles(const Settings& settings);

/// Pairs of seconds and changes. From a conf file they are added to what there is (the reader of the file forgets the
/// default schedule first); an empty value clears. CONFIG SET replaces.
Assigned assign_save(Settings& settings, std::string_view value, Source source);
std::string format_save(const Settings& settings);

Refusal refuse_dbfilename(std::string_view value);
Refusal refuse_appendfilename(std::string_view value);
Refusal refuse_appenddirname(std::string_view value);
Refusal refuse_hostname(std::string_view value);
Refusal refuse_nodename(std::string_view value);
Refusal refuse_oom_values(std::string_view value);
Refusal refuse_replicaof(std::string_view value);
Refusal refuse_shutdown_flags(std::string_view value);
Refusal refuse_title(std::string_view value);

}  // namespace larder::server
