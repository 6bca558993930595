/// @file
/// Plans for text by capacity, made when first needed, and the threads that run them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/packing.h"

namespace dpac {

/// `Plans` is what is compiled for a capacity. It has a type `Space` of the memory that it runs in, made from
/// a Size that Plans::size() gives and join() enlarges, and a type `Workers` made from (Plans, Space).
template <class Plans>
class TextLanes {
 public:
  using Space = typename Plans::Space;
  using Workers = typename Plans::Workers;
  using Make = std::function<std::unique_ptr<Plans>(const Capacity&)>;

  TextLanes(int lanes, Make make) : make_(std::move(make)), lanes_(static_cast<std::size_t>(lanes)) {}

  /// Makes what the packs need and is not there yet; returns whether that was anything. Not while a pack
  /// runs.
  bool prepare(std::span<const Pack> packs) {
    bool made = false;
    for (const Pack& pack : packs) {
      auto& plans = plans_[pack.capacity];
      if (plans) continue;
      plans = make_(pack.capacity);
      made = true;
      size_ = size_ ? join(*size_, plans->size()) : plans->size();
      for (Lane& lane : lanes_) lane = Lane();
    }
    for (Lane& lane : lanes_) {
      if (size_ && !lane.space) lane.space.emplace(*size_);
    }
    return made;
  }

  [[nodiscard]] const Plans& plans(const Capacity& capacity) const { return *plans_.at(capacity); }

  /// One thread per lane at a time.
  Workers& workers(int lane, const Capacity& capacity) {
    Lane& own = lanes_[static_cast<std::size_t>(lane)];
    auto& workers = own.workers[capacity];
    if (!workers) workers = std::make_unique<Workers>(*plans_.at(capacity), *own.space);
    return *workers;
  }

 private:
  struct Lane {
    std::optional<Space> space;
    std::map<Capacity, std::unique_ptr<Workers>> workers;
  };

  Make make_;
  std::map<Capacity, std::unique_ptr<Plans>> plans_;
  std::optional<typename Plans::Size> size_;
  std::vector<Lane> lanes_;
};

}  // namespace dpac
