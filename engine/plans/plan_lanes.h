/// @file
/// Plans of one network for several numbers of samples, and the threads that run them.
#pragma once

#include <cassert>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/plans/plan.h"

namespace dpac {

/// `Plans` is what is compiled for a capacity. It has a type `Space` of the memory that it runs in, made from
/// a `Size` that Plans::size() gives and join() enlarges, and a type `Workers` made from (Plans, Space).
template <class Plans>
class PlanLanes {
 public:
  using Size = typename Plans::Size;
  using Space = typename Plans::Space;
  using Workers = typename Plans::Workers;
  using Make = std::function<std::unique_ptr<Plans>(const Capacity&)>;

  PlanLanes(int lanes, Make make) : make_(std::move(make)), lanes_(static_cast<std::size_t>(lanes)) {}

  /// Makes plans that are not there yet, and what every lane runs them with; returns whether that was
  /// anything. Not while a lane runs.
  bool prepare(std::span<const Capacity> capacities) {
    for (const Capacity& capacity : capacities) {
      if (!plans_.contains(capacity)) plans_.emplace(capacity, make_(capacity));
    }
    // Also what was made by a call that was left by an exception.
    const bool made = lanes_.front().workers.size() != plans_.size();
    if (made) bind();
    return made;
  }

  [[nodiscard]] const Plans& plans(const Capacity& capacity) const { return *plans_.at(capacity); }

  /// For one thread per lane at a time. The capacity was prepared.
  Workers& workers(int lane, const Capacity& capacity) {
    assert(lane >= 0 && static_cast<std::size_t>(lane) < lanes_.size());
    return *lanes_[static_cast<std::size_t>(lane)].workers.at(capacity);
  }

 private:
  /// Its workers never run at once, and share their memory.
  struct Lane {
    std::optional<Space> space;
    std::map<Capacity, std::unique_ptr<Workers>> workers;
  };

  void bind() {
    Size size = plans_.begin()->second->size();
    for (const auto& [capacity, plans] : plans_) size = join(size, plans->size());
    for (Lane& lane : lanes_) {
      if (size != size_) {
        lane.workers.clear();
        lane.space.emplace(size);
      }
      for (const auto& [capacity, plans] : plans_) {
        auto& workers = lane.workers[capacity];
        if (!workers) workers = std::make_unique<Workers>(*plans, *lane.space);
      }
    }
    size_ = size;
  }

  Make make_;
  std::map<Capacity, std::unique_ptr<Plans>> plans_;
  std::optional<Size> size_;  // Of every lane's space.
  std::vector<Lane> lanes_;
};

}  // namespace dpac
