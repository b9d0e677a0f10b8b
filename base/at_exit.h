// Something to be done when a scope is left, however: what was made so far is undone unless dismiss() was called.
#pragma once

#include <utility>

namespace larder::base {

template <class Act>
class [[nodiscard]] AtExit {
 public:
  explicit AtExit(Act act) : act_(std::move(act)) {}
  AtExit(const AtExit&) = delete;
  AtExit& operator=(const AtExit&) = delete;
  ~AtExit() {
    if (armed_) act_();
  }
  void dismiss() { armed_ = false; }

 private:
  Act act_;
  bool armed_ = true;
};

}  // namespace larder::base
