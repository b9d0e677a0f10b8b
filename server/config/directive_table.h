// What the two files that hold the rows of the directive table share. Everybody else includes directive.h.
#pragma once

#include <span>

#include "server/config/directive.h"

namespace larder::server {

// Short names for what nearly every row says.
inline constexpr auto kFlag = ValueType::flag;
inline constexpr auto kInteger = ValueType::integer;
inline constexpr auto kMemory = ValueType::memory;
inline constexpr auto kMemoryOrPercent = ValueType::memory_or_percent;
inline constexpr auto kChoice = ValueType::choice;
inline constexpr auto kChoices = ValueType::choices;
inline constexpr auto kText = ValueType::text;
inline constexpr auto kWords = ValueType::words;
inline constexpr auto kAtStart = Access::at_start;
inline constexpr auto kGuarded = Access::guarded;
inline constexpr auto kWithout = Effect::none;

// The groups of directive_table_data.cc.
std::span<const Directive> encoding_directives();
std::span<const Directive> persistence_directives();
std::span<const Directive> replication_directives();
std::span<const Directive> cluster_directives();
std::span<const Directive> tls_directives();

}  // namespace larder::server
