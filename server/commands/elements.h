// The elements of a value, whatever its type, for commands that take several types (SORT).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/core/entry.h"
#include "store/values/set_value.h"

namespace larder::server::commands {

/// The elements in the order in which the value holds them; nothing where the type has none that can be sorted. A type
/// that is to be sorted gets its case here.
inline std::optional<std::vector<std::string>> elements_of(const store::Entry& entry) {
  std::vector<std::string> elements;
  switch (entry.type()) {
    case store::Type::set: {
      const auto& set = static_cast<const store::SetValue&>(*entry.value());
      elements.reserve(set.size());
      set.for_each([&](std::string_view member) { elements.emplace_back(member); });
      return elements;
    }
    default: return std::nullopt;
  }
}

}  // namespace larder::server::commands
