// See figures.h.
#include "server/observe/figures.h"

#include "base/clock.h"

namespace larder::server {

void Figures::note_rates() {
  Rates::Totals totals;
  for (const ThreadStatistics* thread : threads_) {
    totals.commands += thread->commands.get();
    totals.input_bytes += thread->input_bytes.get();
    totals.output_bytes += thread->output_bytes.get();
    totals.loop_cycles += thread->loop_cycles.get();
    totals.loop_ns += thread->loop_ns.get();
  }
  rates.note(base::steady_us(), totals);
}

void Figures::reset(store::Store& store) {
  rare.reset();
  rates.reset();
  for (ThreadStatistics* thread : threads_) thread->reset();
  store.for_each_thread([](store::ThreadState& thread) {
    for (base::Counter* counter :
         {&thread.hits, &thread.misses, &thread.expired_keys, &thread.evicted_keys, &thread.expire_cycle_us}) {
      counter->set(0);
    }
  });
  store.background().reset_freed();
}

}  // namespace larder::server
