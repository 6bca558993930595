#include "study/evaluation/sanity_remarks.h"

#include <utility>

#include "study/metrics/sanity.h"

namespace dpac {

void add_sanity_remarks(const PointTally& tally, int64_t classes, std::span<const std::string> class_names,
                        Remarks& remarks) {
  const Tally& pass = tally.passes.front();
  // Predictions are not kept for many classes; there they come near enough to being equally frequent.
  double chance = 1 / static_cast<double>(classes);
  std::string order;
  if (!tally.confusion.empty()) {
    const ConfusionMatrix confusion(tally.confusion, static_cast<int>(classes));
    chance = confusion.chance();
    order = order_notice(confusion, class_names);
  }
  for (std::string notice : {chance_notice(pass.top1, pass.samples, chance), std::move(order)}) {
    if (!notice.empty()) remarks.notice(std::move(notice));
  }
}

}  // namespace dpac
