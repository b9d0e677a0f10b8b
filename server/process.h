// What concerns the process rather than the server in it: going to the background, the working directory, the pid file,
// the service manager, and the first lines of the log.
//
// The main thread, before and after the server runs.
#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "server/config/start_options.h"
#include "server/observe/log.h"

namespace larder::server {

/// Raises the limit of open files to what so many clients need, as far as the system allows; false when that is less.
bool raise_file_limit(int64_t maxclients);

/// Raises the limit of open files to what maxclients and the server itself need. Where the system does not allow that,
/// maxclients is lowered and the notices say so, as Redis does. The error, human-readable in one line: not even one
/// client could be served.
tl::expected<void, std::string> fit_maxclients(StartOptions& options);

/// Ignores SIGPIPE, SIGHUP and SIGALRM, changes the directory, goes to the background. The error is one line for
/// people.
tl::expected<void, std::string> prepare_process(const Settings& settings);

/// What CONFIG SET changes of the process: the directory, and the limit of open files for more clients. The error is
/// the reason why it cannot be.
tl::expected<void, std::string> apply_to_process(const Settings& before, const Settings& after);

/// Version, configuration and notices, as Redis begins its log.
void log_start(Log& log, const StartOptions& options);

/// Tells systemd that the server is ready, if it asked to be told.
void notify_supervisor(const Settings& settings);

/// The pid file, removed at the end.
class PidFile {
 public:
  PidFile(const Settings& settings, Log& log);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile();

 private:
  std::string path_;
};

}  // namespace larder::server
