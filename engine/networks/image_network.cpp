#include "engine/networks/image_network.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/networks/torchvision/torchvision.h"
#include "kernels/error.h"

namespace dpac {
namespace {

[[noreturn]] void refuse(const Checkpoint& checkpoint, std::string_view network, const char* option) {
  throw Error(fmt::format("{}: {} is for ResNets; this is a {}", checkpoint.path, option, network));
}

/// Unset for a ResNet.
std::optional<Graph> build_other(const Checkpoint& checkpoint, const ResNetOptions& options) {
  if (checkpoint.topology != nullptr) {
    constexpr std::string_view kWhole = "model that says itself how it is connected";
    if (options.stride_in_first_conv) refuse(checkpoint, kWhole, "where a block's stride is (--stride-in)");
    if (options.no_head) refuse(checkpoint, kWhole, "a network without its head (--no-head)");
    return checkpoint.topology->build(options.input_size);
  }
  const auto found = find_torch_network(checkpoint.weights.names());
  if (!found) return std::nullopt;
  if (options.stride_in_first_conv)
    refuse(checkpoint, found->family->name, "where a block's stride is (--stride-in)");
  if (options.no_head) refuse(checkpoint, found->family->name, "a network without its head (--no-head)");
  return build_torch_network(*found->family, checkpoint, options.input_size);
}

}  // namespace

Graph build_image_network(const Checkpoint& checkpoint, const ResNetOptions& options) {
  std::optional<Graph> other = build_other(checkpoint, options);
  return other ? std::move(*other) : build_resnet(checkpoint, options);
}

Graph build_image_network(Checkpoint&& checkpoint, const ResNetOptions& options) {
  std::optional<Graph> other = build_other(checkpoint, options);
  return other ? std::move(*other) : build_resnet(std::move(checkpoint), options);
}

}  // namespace dpac
