// Names to rows, texts to fields and back. Nothing here knows a directive by name.
#include "server/config/directive.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/number.h"
#include "server/config/value_text.h"

namespace larder::server {

namespace {

using Assigned = tl::expected<void, std::string>;

bool comes_before(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return base::to_lower(x) < base::to_lower(y); });
}

std::vector<DirectiveName> sorted_names() {
  std::vector<DirectiveName> names;
  for (const auto& group : directive_groups()) {
    for (const auto& directive : group.directives) {
      names.push_back({directive.name, &directive});
      if (!directive.alias.empty()) names.push_back({directive.alias, &directive});
    }
  }
  std::sort(names.begin(), names.end(),
            [](const DirectiveName& a, const DirectiveName& b) { return comes_before(a.name, b.name); });
  return names;
}

// Puts a checked number into whatever kind of number the field is.
template <class Number>
void store_number(const Directive& directive, Settings& settings, Number value) {
  std::visit(
      [&](const auto& field) {
        using FieldType = std::remove_cvref_t<decltype(field)>;
        if constexpr (std::is_same_v<FieldType, int Settings::*> ||
                      std::is_same_v<FieldType, std::int64_t Settings::*> ||
                      std::is_same_v<FieldType, std::uint64_t Settings::*>) {
          using Target = std::remove_reference_t<decltype(settings.*field)>;
          settings.*field = static_cast<Target>(value);
        }
      },
      directive.field);
}

void remember(const Directive& directive, Settings& settings, std::string value) {
  if (value == directive.initial) {
    const auto known = settings.remembered.find(directive.name);
    if (known != settings.remembered.end()) settings.remembered.erase(known);
    return;
  }
  settings.remembered.insert_or_assign(std::string(directive.name), std::move(value));
}

bool has_field(const Directive& directive) { return !std::holds_alternative<std::monostate>(directive.field); }

Assigned assign_flag(const Directive& directive, Settings& settings, std::string_view text) {
  const auto value = read_flag(text);
  if (!value) return tl::unexpected(value.error());
  if (const auto* field = std::get_if<bool Settings::*>(&directive.field)) {
    settings.*(*field) = *value;
  } else {
    remember(directive, settings, *value ? "yes" : "no");
  }
  return {};
}

Assigned assign_integer(const Directive& directive, Settings& settings, std::string_view text) {
  const auto value = read_integer(text, directive.min, static_cast<std::int64_t>(directive.max));
  if (!value) return tl::unexpected(value.error());
  if (has_field(directive)) {
    store_number(directive, settings, *value);
  } else {
    remember(directive, settings, fmt::format("{}", *value));
  }
  return {};
}

Assigned assign_memory(const Directive& directive, Settings& settings, std::string_view text) {
  const auto value = read_memory(text);
  if (!value) return tl::unexpected(std::string("argument must be a memory value"));
  if (*value < static_cast<std::uint64_t>(directive.min) || *value > directive.max) {
    return tl::unexpected(fmt::format("argument must be between {} and {} inclusive", directive.min, directive.max));
  }
  if (has_field(directive)) {
    store_number(directive, settings, *value);
  } else {
    remember(directive, settings, fmt::format("{}", *value));
  }
  return {};
}

Assigned assign_memory_or_percent(const Directive& directive, Settings& settings, std::string_view text) {
  const auto* field = std::get_if<MemoryOrPercent Settings::*>(&directive.field);
  const auto invalid = tl::unexpected(std::string("argument must be a memory or percent value"));
  if (text.ends_with('%')) {
    const auto percent = base::parse_int64(text.substr(0, text.size() - 1));
    if (!percent || *percent < 0) return invalid;
    if (*percent > 100) return tl::unexpected(std::string("percentage argument must be less or equal to 100"));
    settings.*(*field) = {.bytes = 0, .percent = static_cast<int>(*percent)};
    return {};
  }
  const auto bytes = read_memory(text);
  if (!bytes) return invalid;
  settings.*(*field) = {.bytes = *bytes, .percent = 0};
  return {};
}

const Choice* find_choice(const Directive& directive, std::string_view label) {
  const auto found = std::find_if(directive.choices.begin(), directive.choices.end(), [&](const Choice& choice) {
    return base::equals_ignoring_case(choice.label, label);
  });
  return found == directive.choices.end() ? nullptr : &*found;
}

std::string choices_refusal(const Directive& directive) {
  std::string text = "argument(s) must be one of the following: ";
  for (const auto& choice : directive.choices) {
    if (&choice != &directive.choices.front()) text += ", ";
    text += choice.label;
  }
  return text;
}

Assigned assign_choice(const Directive& directive, Settings& settings, std::string_view text) {
  const auto* choice = find_choice(directive, text);
  if (choice == nullptr) return tl::unexpected(choices_refusal(directive));
  if (const auto* field = std::get_if<ChoiceField>(&directive.field)) {
    field->set(settings, choice->value);
  } else {
    remember(directive, settings, std::string(choice->label));
  }
  return {};
}

// Several labels at once; the first of the table stands for "none of the others".
Assigned assign_choices(const Directive& directive, Settings& settings, std::string_view text) {
  const auto words = split_at_spaces(text);
  std::vector<bool> chosen(directive.choices.size());
  for (const auto word : words) {
    const auto* choice = find_choice(directive, word);
    if (choice == nullptr) return tl::unexpected(choices_refusal(directive));
    chosen[static_cast<std::size_t>(choice - directive.choices.data())] = true;
  }
  if (words.empty()) return tl::unexpected(choices_refusal(directive));
  std::string value;
  for (std::size_t i = 1; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    if (!value.empty()) value += ' ';
    value += directive.choices[i].label;
  }
  remember(directive, settings, value.empty() ? std::string(directive.choices.front().label) : value);
  return {};
}

Assigned assign_text(const Directive& directive, Settings& settings, std::string_view text) {
  if (const auto* field = std::get_if<std::string Settings::*>(&directive.field)) {
    settings.*(*field) = std::string(text);
  } else {
    remember(directive, settings, std::string(text));
  }
  return {};
}

std::string format_choice(const Directive& directive, const ChoiceField& field, const Settings& settings) {
  const int value = field.get(settings);
  const auto found = std::find_if(directive.choices.begin(), directive.choices.end(),
                                  [&](const Choice& choice) { return choice.value == value; });
  return std::string(found == directive.choices.end() ? directive.initial : found->label);
}

std::string format_memory_or_percent(const MemoryOrPercent& value) {
  return value.percent > 0 ? fmt::format("{}%", value.percent) : fmt::format("{}", value.bytes);
}

std::string remembered_value(const Directive& directive, const Settings& settings) {
  const auto known = settings.remembered.find(directive.name);
  return known == settings.remembered.end() ? std::string(directive.initial) : known->second;
}

}  // namespace

std::span<const DirectiveName> directive_names() {
  static const auto names = sorted_names();
  return names;
}

const Directive* find_directive(std::string_view name) {
  const auto names = directive_names();
  const auto found = std::lower_bound(
      names.begin(), names.end(), name,
      [](const DirectiveName& entry, std::string_view wanted) { return comes_before(entry.name, wanted); });
  if (found == names.end() || !base::equals_ignoring_case(found->name, name)) return nullptr;
  return found->directive;
}

tl::expected<void, std::string> assign(const Directive& directive, Settings& settings, std::string_view value,
                                       Source source) {
  if (directive.refuse != nullptr) {
    if (auto reason = directive.refuse(value)) return tl::unexpected(std::move(*reason));
  }
  if (const auto* custom = std::get_if<CustomField>(&directive.field)) return custom->assign(settings, value, source);
  switch (directive.type) {
    case ValueType::flag: return assign_flag(directive, settings, value);
    case ValueType::integer: return assign_integer(directive, settings, value);
    case ValueType::memory: return assign_memory(directive, settings, value);
    case ValueType::memory_or_percent: return assign_memory_or_percent(directive, settings, value);
    case ValueType::choice: return assign_choice(directive, settings, value);
    case ValueType::choices: return assign_choices(directive, settings, value);
    case ValueType::text:
    case ValueType::words: return assign_text(directive, settings, value);
  }
  return {};
}

std::string readable_initial(const Directive& directive) {
  const bool memory = directive.type == ValueType::memory || directive.type == ValueType::memory_or_percent;
  const auto bytes = memory ? read_memory(directive.initial) : std::nullopt;
  return bytes ? memory_text(*bytes) : std::string(directive.initial);
}

std::string format_value(const Directive& directive, const Settings& settings) {
  return std::visit(
      [&](const auto& field) -> std::string {
        using FieldType = std::remove_cvref_t<decltype(field)>;
        if constexpr (std::is_same_v<FieldType, std::monostate>) {
          return remembered_value(directive, settings);
        } else if constexpr (std::is_same_v<FieldType, ChoiceField>) {
          return format_choice(directive, field, settings);
        } else if constexpr (std::is_same_v<FieldType, CustomField>) {
          return field.format(settings);
        } else if constexpr (std::is_same_v<FieldType, bool Settings::*>) {
          return settings.*field ? "yes" : "no";
        } else if constexpr (std::is_same_v<FieldType, MemoryOrPercent Settings::*>) {
          return format_memory_or_percent(settings.*field);
        } else {
          return fmt::format("{}", settings.*field);
        }
      },
      directive.field);
}

bool would_be_missed(const Directive& directive, const Settings& settings) {
  const auto value = format_value(directive, settings);
  if (value.empty() || value == "no" || value == "0") return false;
  return value != directive.initial || directive.name == "save";
}

}  // namespace larder::server
