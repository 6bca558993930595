#include "loaders/weights/shape_check.h"

#include <optional>

#include "engine/networks/bert.h"
#include "engine/networks/resnet.h"
#include "engine/networks/weight_reader.h"

namespace dpac {
namespace {

/// The same checkpoint with the shapes of its weights alone.
Checkpoint outline_of(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen) {
  Checkpoint outline;
  outline.path = checkpoint.path;
  outline.format = checkpoint.format;
  outline.left_out = checkpoint.left_out;
  for (const NamedArray& each : chosen) {
    if (outline.weights.contains(each.name)) continue;  // add_finite() tells of both.
    outline.weights.add(each.name, Tensor::outline(each.array->shape), each.array->origin);
  }
  return outline;
}

/// Why its shapes cannot be those of the network. Whatever else is wrong with it is told where it is built
/// with the options and configuration that it has then.
template <typename Build>
std::optional<UnfitWeights> misfit(const Build& build) {
  try {
    build();
  } catch (const UnfitWeights& unfit) {
    return unfit;
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace

void check_resnet_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen) {
  const Checkpoint outline = outline_of(checkpoint, chosen);
  const auto whole = misfit([&] { (void)build_resnet(outline); });
  if (whole && misfit([&] { (void)build_resnet(outline, {.no_head = true}); })) throw *whole;
}

void check_torch_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen,
                        const TorchFamily& family) {
  const Checkpoint outline = outline_of(checkpoint, chosen);
  const auto whole = misfit([&] { (void)build_torch_network(family, outline, std::nullopt); });
  if (whole) throw *whole;
}

void check_bert_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen) {
  Checkpoint outline = outline_of(checkpoint, chosen);
  outline.bert = BertTraits{};
  const auto whole = misfit([&] { (void)build_bert(outline, {.heads = 1, .tokens = 1}); });
  if (whole) throw *whole;
}

}  // namespace dpac
