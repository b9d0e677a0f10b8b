// See io_threads.h.
#include "server/net/io_threads.h"

#include "server/state.h"

namespace larder::server {

IoThreads::IoThreads(ServerState& state) : state_(state) {
  const auto count = static_cast<unsigned>(state.config.snapshot()->io_threads);
  for (unsigned i = 0; i < count; ++i) {
    IoThread& thread = *threads_.emplace_back(std::make_unique<IoThread>(state, i));
    state.threads.add(thread);
    state.figures.add(thread.statistics);
  }
}

void IoThreads::adopt(int descriptor, bool unix_socket) {
  IoThread* least = threads_.front().get();
  for (const auto& thread : threads_) {
    if (thread->connections() < least->connections()) least = thread.get();
  }
  state_.clients.note_connected();
  least->adopt(descriptor, unix_socket);
}

void IoThreads::start() {
  for (const auto& thread : threads_) thread->start();
}

void IoThreads::request_stop() {
  for (const auto& thread : threads_) thread->request_stop();
}

void IoThreads::join() {
  for (const auto& thread : threads_) thread->join();
}

}  // namespace larder::server
