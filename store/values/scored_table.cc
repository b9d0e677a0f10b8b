#include "store/values/scored_table.h"

#include <new>
#include <utility>

namespace larder::store {

std::unique_ptr<ScoredTable> ScoredTable::copy() const {
  std::unique_ptr<ScoredTable> result(new ScoredTable(records_->copy()));
  result->index_.copy_from(index_);
  return result;
}

std::optional<double> ScoredTable::score(std::string_view member) const {
  const auto found = records_->find(member);
  return found ? std::optional(found->score) : std::nullopt;
}

/// A tag that no record of this prefix has.
uint8_t ScoredTable::free_tag(uint32_t prefix) const {
  for (unsigned tag = 0; tag <= UINT8_MAX; ++tag) {
    bool taken = false;
    records_->visit_prefix(prefix, [&](const ScoredRecord::Content& content) {
      taken = content.tag == tag;
      return !taken;
    });
    if (!taken) return static_cast<uint8_t>(tag);
  }
  throw std::bad_alloc();  // 257 members with 32 bits of a seeded hash in common: there are none
}

void ScoredTable::add(std::string_view member, double score) {
  const uint32_t prefix = Records::prefix_of(member);
  const uint8_t tag = free_tag(prefix);
  records_->add({member, score, tag});
  try {
    index_.insert({score, prefix, tag}, member);
  } catch (...) {
    records_->remove(member);
    throw;
  }
}

void ScoredTable::rescore(std::string_view member, double score) {
  const auto old = *records_->find(member);
  index_.insert({score, Records::prefix_of(member), old.tag}, member);
  index_.erase(old.score, member);
  records_->put({member, score, old.tag});  // of the same size, in the same place
}

bool ScoredTable::remove(std::string_view member) noexcept {
  const auto found = records_->find(member);
  if (!found) return false;
  index_.erase(found->score, member);
  records_->remove(member);
  return true;
}

void ScoredTable::remove(size_t first, size_t end) noexcept {
  for (size_t left = end - first; left > 0; --left) {
    const std::string_view member = index_.member(*index_.at(first));
    index_.erase_at(first);
    records_->remove(member);  // which reads the member before it goes
  }
}

}  // namespace larder::store
