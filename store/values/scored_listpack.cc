#include "store/values/scored_listpack.h"

#include <limits>

#include "base/number.h"

namespace larder::store {
namespace {

/// A score as an element of a listpack: an integer where Redis would see one, which makes -0 a 0.
Member element_of(double score, char* buffer) {
  constexpr double kMost = static_cast<double>(std::numeric_limits<int64_t>::max() / 2);
  if (score >= -kMost && score <= kMost) {
    const auto integer = static_cast<int64_t>(score);
    if (static_cast<double>(integer) == score) return Member(integer);
  }
  return Member(std::string_view(buffer, static_cast<size_t>(base::write_double(buffer, score) - buffer)));
}

}  // namespace

double ScoredListpack::score_at(Listpack::Position at) const {
  const Member element = packed_.get(at);
  if (element.is_integer()) return static_cast<double>(*element.as_integer());
  return base::parse_double(element.text()).value_or(0);
}

std::optional<ScoredListpack::Found> ScoredListpack::find(std::string_view member) const {
  const auto at = packed_.find(member, packed_.first(), 2);
  if (at == Listpack::kNone) return std::nullopt;
  return Found{at, score_at(packed_.next(at))};
}

/// The element that comes behind such a one; kNone when none does.
Listpack::Position ScoredListpack::place_of(std::string_view member, double score) const {
  auto at = packed_.first();
  while (at != Listpack::kNone) {
    const auto score_place = packed_.next(at);
    const double other = score_at(score_place);
    if (other > score || (other == score && packed_.get(at).text() > member)) break;
    at = packed_.next(score_place);
  }
  return at;
}

void ScoredListpack::insert(Listpack::Position before, std::string_view member, double score) {
  char buffer[base::kMaxDoubleChars];
  const Member element = element_of(score, buffer);
  if (before == Listpack::kNone) return packed_.append_pair(member, element);
  packed_.insert(before, element);
  try {
    packed_.insert(before, member);
  } catch (...) {
    packed_.erase(before);
    throw;
  }
}

void ScoredListpack::add(std::string_view member, double score) { insert(place_of(member, score), member, score); }

void ScoredListpack::rescore(const Found& element, std::string_view member, double score) {
  const auto place = place_of(member, score);
  const auto score_place = packed_.next(element.at);
  if (place == element.at || place == packed_.next(score_place)) {  // its place stays the same
    char buffer[base::kMaxDoubleChars];
    return packed_.replace(score_place, element_of(score, buffer));
  }
  insert(place, member, score);
  // There are two elements with this member now: the old one is the first exactly if it stood before the new place.
  const auto first = packed_.find(member, packed_.first(), 2);
  const bool old_is_first = place == Listpack::kNone || element.at < place;
  remove(old_is_first ? first : packed_.find(member, packed_.next(packed_.next(first)), 2));
}

void ScoredListpack::remove(size_t first, size_t end) noexcept {
  if (first < end) packed_.erase(packed_.at(2 * static_cast<ptrdiff_t>(first)), 2 * (end - first));
}

std::vector<Listpack::Position> ScoredListpack::places() const {
  std::vector<Listpack::Position> places;
  places.reserve(size());
  for (auto at = packed_.first(); at != Listpack::kNone; at = packed_.next(packed_.next(at))) places.push_back(at);
  return places;
}

}  // namespace larder::store
