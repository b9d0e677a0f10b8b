// The elements of a value, whatever its type, for commands that take several types (SORT).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/core/entry.h"
#include "store/values/list_value.h"
#include "store/values/set_value.h"
#include "store/values/zset_value.h"

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
    case store::Type::list: {
      const auto& list = static_cast<const store::ListValue&>(*entry.value());
      elements.reserve(list.size());
      list.visit_from(store::ListEnd::left, 0, list.size(), [&](std::string_view element) {
        elements.emplace_back(element);
        return true;
      });
      return elements;
    }
    case store::Type::zset: {
      const auto& set = static_cast<const store::ZsetValue&>(*entry.value());
      elements.reserve(set.size());
      set.visit_while(store::Ranks{0, set.size()}, false, [&](std::string_view member, double) {
        elements.emplace_back(member);
        return true;
      });
      return elements;
    }
    default: return std::nullopt;
  }
}

}  // namespace larder::server::commands
