// SORT and SORT_RO. BY and GET name keys that follow from the elements: a request with such a pattern, or with STORE,
// holds all shards.
#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "protocol/arg_reader.h"
#include "protocol/reply_writer.h"
#include "protocol/wire_text.h"
#include "server/commands/elements.h"
#include "server/dispatch/command_groups.h"
#include "server/dispatch/errors.h"
#include "store/core/keyspace.h"
#include "store/values/hash_value.h"
#include "store/values/list_value.h"
#include "store/values/sorting.h"

namespace larder::server::commands {

using protocol::ArgReader;
using protocol::ReplyWriter;
using store::Keyspace;
using store::SortElement;
using store::SortOrder;

namespace {

/// What a request may collect of the values that BY and GET find: a few large ones can be found for any number of
/// elements.
constexpr size_t kMostBytes = size_t{1} << 30;

/// A pattern of BY or GET: `#` stands for the element; else the first `*` is replaced by it, and what stands behind
/// `->` after that names a field of the hash at that key. Without a `*` there is nothing to be found.
class Pattern {
 public:
  explicit Pattern(std::string_view text) : text_(text), star_(text.find('*')) {
    if (!names_keys()) return;
    const size_t arrow = text.find("->", star_ + 1);
    if (arrow == std::string_view::npos || arrow + 2 == text.size()) return;
    field_ = text.substr(arrow + 2);
    text_ = text.substr(0, arrow);
  }

  bool names_keys() const { return star_ != std::string_view::npos; }

  /// Calls use(text, entry) with what is found for an element, the entry only if all of its string is meant; nothing
  /// and null where nothing is found.
  template <class Use>
  void find(Keyspace& keys, std::string_view element, Use&& use) const {
    if (text_ == "#") return use(std::optional(element), nullptr);
    if (!names_keys()) return use(std::optional<std::string_view>(), nullptr);
    std::string key;
    key.reserve(text_.size() + element.size());
    key.append(text_.substr(0, star_)).append(element).append(text_.substr(star_ + 1));
    const store::Item item = keys.find(key, store::kRead);
    if (item && item->type() == store::Type::string && !field_) return use(std::optional(item->string()), item.entry);
    if (item && item->type() == store::Type::hash && field_) {
      const auto value = static_cast<const store::HashValue*>(item->value())->get(*field_);
      if (value) return use(std::optional<std::string_view>(value->text()), nullptr);
    }
    use(std::optional<std::string_view>(), nullptr);
  }

 private:
  std::string_view text_;
  size_t star_;
  std::optional<std::string_view> field_;
};

struct SortRequest {
  std::string_view key;
  std::optional<Pattern> by;
  std::vector<Pattern> gets;
  int64_t start = 0, count = -1;
  bool alpha = false, descending = false;
  std::optional<std::string_view> target;

  static SortRequest read(ArgReader& args, bool may_store) {
    SortRequest request;
    request.key = args.key();
    while (args.more()) {
      const size_t left = args.remaining();
      if (args.token("ASC")) {
        request.descending = false;
      } else if (args.token("DESC")) {
        request.descending = true;
      } else if (args.token("ALPHA")) {
        request.alpha = true;
      } else if (left >= 3 && args.token("LIMIT")) {
        request.start = args.integer();
        request.count = args.integer();
      } else if (may_store && left >= 2 && args.token("STORE")) {
        request.target = args.key();
      } else if (left >= 2 && args.token("BY")) {
        request.by = Pattern(args.bytes());
      } else if (left >= 2 && args.token("GET")) {
        request.gets.emplace_back(args.bytes());
      } else {
        args.fail(protocol::kSyntaxError);
      }
    }
    return request;
  }

  /// The same, sorted by the elements' bytes.
  SortRequest by_bytes() const {
    SortRequest request = *this;
    request.by.reset();
    request.alpha = true;
    return request;
  }
  /// BY a pattern without `*` leaves the elements as they are.
  bool sorts() const { return !by || by->names_keys(); }
  SortOrder order() const {
    const SortOrder::By by_what = !alpha ? SortOrder::By::score : by ? SortOrder::By::weight : SortOrder::By::bytes;
    return {.by = by_what, .descending = descending};
  }
};

/// Which of the elements LIMIT leaves.
struct Part {
  size_t first, end;

  Part(const SortRequest& request, size_t size) {
    const auto most = static_cast<int64_t>(size);
    const int64_t start = std::clamp<int64_t>(request.start, 0, most);
    const int64_t count = request.count < 0 ? most - start : std::min(request.count, most - start);
    first = static_cast<size_t>(start);
    end = static_cast<size_t>(start + count);
  }
  size_t size() const { return end - first; }
};

/// False where what an element is sorted by is no number.
bool weigh(Keyspace& keys, const SortRequest& request, SortElement& element) {
  if (request.alpha && !request.by) return true;
  if (!request.by) {
    const auto score = store::sort_score(element.bytes);
    element.score = score.value_or(0);
    return score.has_value();
  }
  bool right = true;
  request.by->find(keys, element.bytes, [&](std::optional<std::string_view> text, const store::Entry*) {
    if (!text) return;
    if (request.alpha) {
      element.weight = std::string(*text);
      return;
    }
    const auto score = store::sort_score(*text);
    element.score = score.value_or(0);
    right = score.has_value();
  });
  return right;
}

void write_elements(Keyspace& keys, const SortRequest& request, const std::vector<SortElement>& elements, Part part,
                    ReplyWriter& reply) {
  reply.array(part.size() * std::max<size_t>(request.gets.size(), 1));
  for (size_t i = part.first; i < part.end && !reply.output().overflowed(); ++i) {
    if (request.gets.empty()) reply.bulk(elements[i].bytes);
    for (const Pattern& pattern : request.gets) {
      pattern.find(keys, elements[i].bytes, [&](std::optional<std::string_view> text, const store::Entry* entry) {
        if (entry != nullptr) return write_string(reply, entry);
        text ? reply.bulk(*text) : reply.null();
      });
    }
  }
}

/// STORE: what would have been replied, as a list; what is not found as an empty text.
void store_elements(Keyspace& keys, const SortRequest& request, const std::vector<SortElement>& elements, Part part,
                    ReplyWriter& reply) {
  std::vector<std::string> found;
  size_t bytes = 0;
  const auto take = [&](std::string_view text) {
    bytes += text.size();
    if (bytes > kMostBytes) throw std::bad_alloc();
    found.emplace_back(text);
  };
  for (size_t i = part.first; i < part.end; ++i) {
    if (request.gets.empty()) take(elements[i].bytes);
    for (const Pattern& pattern : request.gets) {
      pattern.find(keys, elements[i].bytes, [&](std::optional<std::string_view> text, const store::Entry*) {
        take(text.value_or(std::string_view()));
      });
    }
  }
  const auto target = *request.target;
  if (found.empty()) {
    keys.del(target, keys.settings().frees_lazily(store::kLazyServerDel));
    return reply.integer(0);
  }
  const bool fits = std::all_of(found.begin(), found.end(),
                                [](const auto& text) { return text.size() <= store::ListValue::kMostBytes; });
  if (!fits) return reply.error("ERR element exceeds maximum allowed size (1 GB)");
  auto list = std::make_unique<store::ListValue>();
  list->push(store::ListEnd::right, std::vector<std::string_view>(found.begin(), found.end()), keys.limits());
  keys.put_value(target, std::move(list));
  keys.notify(store::kEventList, "sortstore", target);
  if (keys.wants_effects()) {  // a copy need not hold what GET has found
    std::vector<std::string_view> rpush = {"RPUSH", target};
    rpush.insert(rpush.end(), found.begin(), found.end());
    keys.effect({"DEL", target});
    keys.effect(rpush);
  }
  reply.integer(static_cast<int64_t>(found.size()));
}

void run_sort(ArgReader& args, Keyspace& keys, ReplyWriter& reply, bool may_store) {
  SortRequest request = SortRequest::read(args, may_store);
  if (args.failed(reply)) return;
  const store::Item item = keys.find(request.key, store::kRead);
  const bool is_set = item && item->type() == store::Type::set;
  // What is stored must not depend on how a set happens to be kept.
  if (is_set && request.target && !request.sorts()) request = request.by_bytes();
  auto found = item ? elements_of(*item.entry) : std::vector<std::string>();
  if (!found) return write_error(reply, store::Errc::wrong_type);
  std::vector<SortElement> elements(found->size());
  for (size_t i = 0; i < elements.size(); ++i) elements[i].bytes = std::move((*found)[i]);
  const Part part(request, elements.size());
  if (request.sorts()) {
    size_t weights = 0;  // bytes: each element may have been given the same large string
    for (SortElement& element : elements) {
      if (!weigh(keys, request, element)) return reply.error("ERR One or more scores can't be converted into double");
      weights += element.weight ? element.weight->size() : 0;
      if (weights > kMostBytes) throw std::bad_alloc();
    }
    store::sort_first(elements, request.order(), part.end);
  } else if (request.descending && !is_set) {
    std::reverse(elements.begin(), elements.end());
  }
  if (request.target) return store_elements(keys, request, elements, part, reply);
  write_elements(keys, request, elements, part, reply);
}

}  // namespace

static void sort(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { run_sort(args, keys, reply, true); }

static void sort_ro(ArgReader& args, Keyspace& keys, ReplyWriter& reply) { run_sort(args, keys, reply, false); }

namespace {

/// All shards where keys may be meant that the specifications do not name. That an option's word is another option's
/// value costs nothing but speed.
Locking locking_of_sort(std::span<const std::string_view> args) {
  for (const std::string_view word : args.subspan(std::min<size_t>(args.size(), 2))) {
    if (word.find('*') != std::string_view::npos || base::equals_ignoring_case(word, "STORE")) {
      return Locking::all_shards;
    }
  }
  return Locking::keys;
}

constexpr KeySpec unknown_keys(KeyUse use, std::string_view notes) {
  return {.use = use, .begin = KeySpec::Begin::unknown, .find = KeySpec::Find::unknown, .notes = notes};
}

}  // namespace

// clang-format off
constexpr KeySpec kPatternKeys = unknown_keys(KeyUse::read, "of BY and GET: they follow from the elements");
constexpr AclCategories kSortAcl = kAclSet | kAclSortedSet | kAclList | kAclDangerous;
constexpr ArgSpec kLimit[] = {
    {.name = "offset", .type = ArgType::integer}, {.name = "count", .type = ArgType::integer}};
constexpr ArgSpec kOrders[] = {
    {.name = "asc", .type = ArgType::pure_token, .token = "ASC"},
    {.name = "desc", .type = ArgType::pure_token, .token = "DESC"}};
constexpr ArgSpec kSortArgs[] = {
    {.name = "key", .type = ArgType::key},
    {.name = "by-pattern", .type = ArgType::pattern, .token = "BY", .optional = true, .key_spec = 1},
    {.name = "limit", .type = ArgType::block, .token = "LIMIT", .optional = true, .args = kLimit},
    {.name = "get-pattern", .type = ArgType::pattern, .token = "GET", .optional = true, .multiple = true,
     .multiple_token = true, .key_spec = 1},
    {.name = "order", .type = ArgType::oneof, .optional = true, .args = kOrders},
    {.name = "sorting", .type = ArgType::pure_token, .token = "ALPHA", .optional = true},
    {.name = "destination", .type = ArgType::key, .token = "STORE", .optional = true, .key_spec = 2}};

constexpr CommandSpec kSortCommands[] = {
    {.name = "sort", .group = Group::generic, .since = "1.0.0", .arity = at_least(2), .flags = kWrite | kDenyOom,
     .keys = {key_at(1, KeyUse::read), kPatternKeys,
              unknown_keys(KeyUse::replace, "of STORE, which may stand anywhere")},
     .extra_acl = kSortAcl, .complexity = "O(N+M*log(M)): N elements, M of them returned",
     .summary = "Returns or stores the elements of a list or set in order, or what keys named after them hold.", .args = kSortArgs,
     .locking = Locking::by_arguments, .locking_for = locking_of_sort, .handler = sort},
    {.name = "sort_ro", .group = Group::generic, .since = "7.0.0", .arity = at_least(2), .flags = kReadOnly,
     .keys = {key_at(1, KeyUse::read), kPatternKeys}, .extra_acl = kSortAcl,
     .complexity = "O(N+M*log(M)): N elements, M of them returned",
     .summary = "Does what SORT does without STORE.", .args = std::span(kSortArgs).first(6),
     .locking = Locking::by_arguments, .locking_for = locking_of_sort, .handler = sort_ro},
};
// clang-format on
static_assert(well_formed(kSortCommands));

std::span<const CommandSpec> sort_commands() { return kSortCommands; }

}  // namespace larder::server::commands
