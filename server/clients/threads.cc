// See threads.h.
#include "server/clients/threads.h"

#include "base/at_exit.h"
#include "server/clients/client_thread.h"
#include "store/core/shard_locks.h"

namespace larder::server {

void Threads::with_all_stopped(ClientThread& self, const std::function<void()>& work) {
  if (stopped_by_ == &self) return work();
  store::HeldShards::check_none("the I/O threads are stopped while a shard is held");
  // The own lock is given up first: all are then taken in one order, so two commands that stop the threads take turns.
  self.execution.unlock();
  for (ClientThread* thread : threads_) thread->execution.lock();
  stopped_by_ = &self;
  const base::AtExit go_on([&] {
    stopped_by_ = nullptr;
    for (ClientThread* thread : threads_) {
      if (thread != &self) thread->execution.unlock();
    }
  });
  work();
}

}  // namespace larder::server
