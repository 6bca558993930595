#include "loaders/weights/shape_check.h"

#include <algorithm>
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
    expect_new(outline, each.name, each.array->origin);
    outline.weights.add(each.name, Tensor::outline(each.array->shape), each.array->origin);
  }
  return outline;
}

/// Reading them says better what is wrong with an array that holds no weights.
bool all_readable(const std::vector<NamedArray>& chosen) {
  return std::ranges::all_of(
      chosen, [](const NamedArray& each) { return each.array->readable && !each.array->integer; });
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
  if (!all_readable(chosen)) return;
  const Checkpoint outline = outline_of(checkpoint, chosen);
  const auto headless = misfit([&] { (void)build_resnet(outline, {.no_head = true}); });
  if (!headless) return;
  const auto whole = misfit([&] { (void)build_resnet(outline); });
  throw whole ? *whole : *headless;
}

void check_torch_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen,
                        const TorchFamily& family) {
  if (!all_readable(chosen)) return;
  const Checkpoint outline = outline_of(checkpoint, chosen);
  const auto whole = misfit([&] { (void)build_torch_network(family, outline, std::nullopt); });
  if (whole) throw *whole;
}

void check_bert_shapes(const Checkpoint& checkpoint, const std::vector<NamedArray>& chosen) {
  if (!all_readable(chosen)) return;
  Checkpoint outline = outline_of(checkpoint, chosen);
  outline.bert = BertTraits{};
  const auto whole = misfit([&] { (void)build_bert(outline, {.heads = 1, .tokens = 1}); });
  if (whole) throw *whole;
}

}  // namespace dpac
