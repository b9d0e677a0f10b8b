// The table of directives: the one place that says what can be configured. Conf files, `--name value` arguments, CONFIG
// GET/SET/REWRITE, --help and conf/larder.conf are all derived from its rows.
//
// A row binds a name to a field of Settings, or to none: such a directive is one that Redis knows and Larder accepts,
// checks, remembers and shows, without acting on it. Invariants (held by tests/server/config_directive_test.cc): names
// are unique over all rows and aliases; the default in a row is what CONFIG GET shows of a default Settings. Thread
// rule: the table is constant; the functions touch only the Settings they are given.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <tl/expected.hpp>

#include "server/config/settings.h"

namespace larder::server {

inline constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kMaxUint = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint64_t kMaxUlong = std::numeric_limits<std::uint64_t>::max();

/// How a value is written.
enum class ValueType : std::uint8_t {
  flag,               // yes or no
  integer,            // decimal, or octal when the unit is `mode`
  memory,             // bytes, or with one of the units b k kb m mb g gb (k = 1000, kb = 1024, and so on)
  memory_or_percent,  // the same, or a share of maxmemory such as 5%
  choice,             // one of the labels
  choices,            // one or more of the labels, with one space between
  text,               // any bytes
  words,              // several texts; on a conf line they need no quotes
};

/// What a number counts, for people.
enum class Unit : std::uint8_t {
  none,
  bytes,
  seconds,
  milliseconds,
  microseconds,
  minutes,
  percent,
  keys,
  entries,
  threads,
  mode
};

enum class Access : std::uint8_t {
  any_time,  // CONFIG SET may change it
  at_start,  // immutable once the server runs
  guarded,   // CONFIG SET may change it if enable-protected-configs allows
};

enum class Effect : std::uint8_t {
  full,  // Larder acts on it
  none,  // accepted for the sake of existing files and launchers
};

/// Where a value comes from: some forms are for starting only (`port auto`), some accumulate there (`save`).
enum class Source : std::uint8_t { conf_file, config_set };

/// One word a choice accepts and the enumerator (as a number) it stands for.
struct Choice {
  std::string_view label;
  int value = 0;
};

/// A choice's field, whatever its enumeration: choice_field<&Settings::loglevel>.
struct ChoiceField {
  int (*get)(const Settings&);
  void (*set)(Settings&, int);
};

template <auto Member>
inline constexpr ChoiceField choice_field = {
    [](const Settings& settings) { return static_cast<int>(settings.*Member); },
    [](Settings& settings, int value) {
      using Field = std::remove_cvref_t<decltype(settings.*Member)>;
      settings.*Member = static_cast<Field>(value);
    }};

/// A field with a form of its own. `assign` returns the reason for a refusal; `format` gives what CONFIG GET shows.
struct CustomField {
  tl::expected<void, std::string> (*assign)(Settings&, std::string_view value, Source);
  std::string (*format)(const Settings&);
};

/// monostate: none, the value is remembered in Settings::remembered.
using Field =
    std::variant<std::monostate, bool Settings::*, int Settings::*, std::int64_t Settings::*, std::uint64_t Settings::*,
                 std::string Settings::*, MemoryOrPercent Settings::*, ChoiceField, CustomField>;

struct Directive {
  std::string_view name;
  std::string_view alias = {};  // a second name with equal rights, mostly the one of earlier Redis versions
  ValueType type = ValueType::text;
  Field field = {};
  std::string_view initial = {};  // as CONFIG GET shows it
  std::int64_t min = 0;
  std::uint64_t max = kMaxUlong;
  Unit unit = Unit::none;
  std::span<const Choice> choices = {};
  Access access = Access::any_time;
  Effect effect = Effect::full;
  bool hidden = false;          // answered by name only, not by CONFIG GET with a pattern, nor in --help
  bool unlisted = false;        // no part of what a pattern finds: clients may set back all that CONFIG GET * shows
  bool larders_own = false;     // unknown to Redis, or with a default of our own
  std::string_view since = "";  // the version of Redis that brought it, where it is later than 6
  std::optional<std::string> (*refuse)(std::string_view value) =
      nullptr;                    // further checks of a text: a reason, or none
  std::string_view warning = {};  // without effect: what that means to somebody who relies on it
  bool protects = false;          // without effect, and locks something: refused with `warning` instead of accepted
  std::string_view doc = {};
};

/// Directives of one subject, in the order in which --help and larder.conf show them.
struct DirectiveGroup {
  std::string_view title;
  std::span<const Directive> directives;
};

/// Every directive, by subject.
std::span<const DirectiveGroup> directive_groups();

/// One name of a directive: its own or its alias.
struct DirectiveName {
  std::string_view name;
  const Directive* directive;
};

/// Every name, sorted.
std::span<const DirectiveName> directive_names();

/// The directive with this name or alias, in whatever case; null when there is none.
const Directive* find_directive(std::string_view name);

/// Whether a directive without effect has a value that a user would miss: neither its default nor "off".
bool would_be_missed(const Directive& directive, const Settings& settings);

/// Whether conf lines take several words for this directive.
constexpr bool takes_words(const Directive& directive) {
  return directive.type == ValueType::words || directive.type == ValueType::choices;
}

/// Stores `value` in its field. A refusal leaves the settings as they were and says why, in the words of Redis:
/// "argument must be a memory value".
tl::expected<void, std::string> assign(const Directive& directive, Settings& settings, std::string_view value,
                                       Source source);

/// The row's default for people: memory in the largest fitting unit.
std::string readable_initial(const Directive& directive);

/// The value as CONFIG GET shows it: memory in bytes, yes or no, lists with one space between.
std::string format_value(const Directive& directive, const Settings& settings);

}  // namespace larder::server
