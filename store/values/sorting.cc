// See sorting.h.
#include "store/values/sorting.h"

#include <algorithm>
#include <numeric>

#include "base/number.h"

namespace larder::store {

namespace {

int sign_of(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

int compare(const SortElement& a, const SortElement& b, SortOrder::By by) {
  if (by == SortOrder::By::bytes) return a.bytes.compare(b.bytes);
  if (by == SortOrder::By::score) {
    const int scores = sign_of(a.score, b.score);
    return scores != 0 ? scores : a.bytes.compare(b.bytes);
  }
  if (!a.weight || !b.weight) return (a.weight ? 1 : 0) - (b.weight ? 1 : 0);
  return a.weight->compare(*b.weight);
}

}  // namespace

void sort_first(std::vector<SortElement>& elements, SortOrder order, size_t count) {
  std::vector<size_t> places(elements.size());
  std::iota(places.begin(), places.end(), size_t{0});
  const auto before = [&](size_t a, size_t b) {
    const int result = compare(elements[a], elements[b], order.by);
    if (result == 0) return a < b;
    return order.descending ? result > 0 : result < 0;
  };
  const auto end = places.begin() + static_cast<std::ptrdiff_t>(std::min(count, places.size()));
  std::partial_sort(places.begin(), end, places.end(), before);
  std::vector<SortElement> sorted;
  sorted.reserve(elements.size());
  for (const size_t place : places) sorted.push_back(std::move(elements[place]));
  elements = std::move(sorted);
}

std::optional<double> sort_score(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))) {
    text.remove_prefix(1);
  }
  return text.empty() ? 0 : base::parse_double(text);
}

}  // namespace larder::store
