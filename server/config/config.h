// Config: the configuration of a running server: the current Settings as an immutable snapshot, and everything that
// CONFIG GET, SET and REWRITE do with it. Error texts are complete replies without the leading '-' and equal Redis'.
//
// Invariants: a snapshot never changes once published; set() changes everything it was asked for or nothing; the
// generation grows by one with each published snapshot. Thread-safe.
// Changes run one after the other under one mutex, which is held while hooks run: a hook may read (snapshot, get) but
// must not change the configuration.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "server/config/rewrite.h"
#include "server/config/settings.h"

namespace larder::server {

class Config {
 public:
  /// A directive's name as asked for and its value as CONFIG GET shows it.
  using NameAndValue = std::pair<std::string, std::string>;
  using Assignment = std::pair<std::string_view, std::string_view>;

  /// Prepares the server for a change, before it is published. An error (a bare sentence such as "Unable to listen on
  /// this port. Check server logs.") refuses the whole change: hooks that had already run are called again with the two
  /// settings exchanged.
  using Hook = std::function<tl::expected<void, std::string>(const Settings& before, const Settings& after)>;

  /// settings  what the server starts with
  /// file      absolute path of the conf file that rewrite() rewrites; empty = there is none
  explicit Config(Settings settings = {}, std::string file = {});
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  /// The settings now. Cheap, but not free (a lock and a reference count): threads keep the pointer and ask again when
  /// generation() has moved, once per batch of commands.
  std::shared_ptr<const Settings> snapshot() const;

  /// Number of the current snapshot; never decreases. One relaxed load.
  std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_relaxed); }

  /// CONFIG GET: every directive, by any of its names, that matches one of the patterns (glob, case-insensitive), once.
  /// A pattern without glob characters that names a directive is answered with the name as it was written. Sorted by
  /// name; Redis promises no order.
  std::vector<NameAndValue> get(std::span<const std::string_view> patterns) const;
  std::vector<NameAndValue> get(std::string_view pattern) const;

  /// The value of one directive as CONFIG GET shows it; empty when there is no such directive.
  std::string value(std::string_view name) const;

  /// CONFIG SET: all of the assignments or, with the text of the error reply ("ERR ..."), none.
  /// from_local  the client is on this host (loopback or Unix socket): it may change protected directives when
  ///             enable-protected-configs is `local`
  tl::expected<void, std::string> set(std::span<const Assignment> assignments, bool from_local = false);
  tl::expected<void, std::string> set(std::string_view name, std::string_view value, bool from_local = false);

  /// Calls `hook` when a change of directive `name` (its main name, not its alias) is about to be published; an empty
  /// name = on any change. Hooks run in the order in which they were added, once a change, and stay for the life of the
  /// Config.
  void on_change(std::string_view name, Hook hook);

  /// For the server itself: changes settings past the rules of CONFIG SET and without hooks, e.g. the port that the
  /// system chose, or the limit of clients that the system allows.
  void amend(const std::function<void(Settings&)>& change);

  /// Back to the settings that this object was made with, as one change with hooks.
  tl::expected<void, std::string> reset();

  /// CONFIG REWRITE: brings the conf file up to date. Comments, blank lines and the order of lines stay; directives
  /// that are not in the file and differ from their default are added at its end. The file is replaced by rename, so a
  /// reader sees the old or the new one. Errors: no conf file, or the system's reason.
  tl::expected<void, std::string> rewrite(Directives added = Directives::changed);

  /// Path of the conf file, empty when there is none.
  const std::string& file() const noexcept { return file_; }

 private:
  struct NamedHook {
    std::string name;
    Hook hook;
  };

  struct Change {
    std::string_view directive;
    std::string_view name_given;  // as the client wrote it
  };

  tl::expected<void, std::string> publish(std::shared_ptr<const Settings> next, std::span<const Change> changes);
  void replace(std::shared_ptr<const Settings> next);

  const std::string file_;
  const std::shared_ptr<const Settings> initial_;
  mutable std::mutex changing_;  // serialises changes; held while hooks run
  std::vector<NamedHook> hooks_;
  mutable std::mutex reading_;  // guards current_ only, for a pointer copy
  std::shared_ptr<const Settings> current_;
  std::atomic<std::uint64_t> generation_{1};
};

}  // namespace larder::server
