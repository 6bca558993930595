#include "tests/support/network_runs.h"

#include <algorithm>

#include "engine/networks/resnet.h"
#include "engine/observer.h"
#include "kernels/gaussian.h"
#include "tests/support/random_graphs.h"
#include "tests/support/random_values.h"

namespace dpac::test {
namespace {

ResNetTraits with(Padding padding, bool stride_first) {
  ResNetTraits traits;
  traits.padding = padding;
  traits.stride_in_first_conv = stride_first;
  return traits;
}

RandomResNet net_of(std::vector<int> blocks, int width) {
  RandomResNet net;
  net.blocks = std::move(blocks);
  net.width = width;
  return net;
}

RandomResNet bottleneck_net() {
  RandomResNet net = net_of({1, 1}, 16);
  net.bottleneck = true;
  net.stem_kernel = 7;
  return net;
}

RandomResNet option_a_net() {
  RandomResNet net = net_of({1, 1, 1}, 16);
  net.projection = false;
  return net;
}

RandomResNet grey_biased_net() {
  RandomResNet net = net_of({1, 1}, 16);
  net.in_channels = 1;
  net.conv_bias = true;
  return net;
}

/// Repeats that differ between layers, and between channels in every second layer.
Repeats varied_repeats(const std::vector<AnalogLayer>& layers) {
  Repeats repeats;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto count = l % 2 == 0 ? std::size_t{1} : static_cast<std::size_t>(layers[l].out_channels);
    repeats.emplace_back();
    for (std::size_t c = 0; c < count; ++c) repeats.back().push_back(1 + static_cast<int32_t>((c + l) % 4));
  }
  return repeats;
}

}  // namespace

std::vector<NetworkCase> network_cases() {
  const ResNetTraits torchvision, keras_v1 = with(Padding::symmetric, true),
                                  same = with(Padding::same, false);
  return {{"CIFAR stem, basic, projection", net_of({1, 1}, 16), {16, 16}, torchvision},
          {"odd sizes and channels", net_of({1, 1}, 20), {17, 13}, torchvision},
          {"option A shortcuts", option_a_net(), {16, 16}, torchvision},
          {"grey input, biased convolutions", grey_biased_net(), {14, 14}, torchvision},
          {"bottleneck v1.5, ImageNet stem", bottleneck_net(), {48, 40}, torchvision},
          {"bottleneck v1", bottleneck_net(), {40, 40}, keras_v1},
          {"SAME padding, even", net_of({1, 1, 1}, 16), {16, 16}, same},
          {"SAME padding, odd", net_of({1, 1, 1}, 16), {17, 15}, same},
          {"residual sums", {}, {}, {}, residual_graph},
          {"depthwise, squeeze-and-excitation", {}, {}, {}, mobile_graph},
          {"groups, dilation, no squares", {}, {}, {}, grouped_graph},
          {"concatenation and average pools", {}, {}, {}, inception_graph},
          {"slices and shuffles", {}, {}, {}, shuffle_graph},
          {"layer normalisation over channels", {}, {}, {}, convnext_graph},
          {"maps of other sizes", {}, {}, {}, pyramid_graph},
          {"split attention, a softmax over groups", {}, {}, {}, split_attention_graph},
          {"response normalisation, learned maps", {}, {}, {}, response_norm_graph},
          {"Winograd", net_of({1, 1}, 32), {28, 30}, torchvision}};
}

Graph build(const NetworkCase& c) {
  if (c.graph != nullptr) return c.graph();
  Checkpoint checkpoint = random_resnet(c.net);
  checkpoint.traits = c.traits;
  return build_resnet(checkpoint, {.input_size = c.input});
}

std::vector<float> images_for(const Graph& graph, int64_t n) {
  return random_values(
      static_cast<std::size_t>(n * input_shape(graph).channels * input_shape(graph).pixels()), 99);
}

std::vector<int64_t> indices(int64_t n, int64_t first) {
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < n; ++i) samples.push_back(first + i);
  return samples;
}

std::vector<float> run(Network& network, const std::vector<float>& images,
                       const std::vector<int64_t>& samples, std::size_t configurations) {
  std::vector<float> logits(configurations * samples.size() *
                            static_cast<std::size_t>(output_channels(network.graph())));
  network.run(images, samples, logits);
  return logits;
}

/// Energies that differ between layers, and between channels in every second layer.
Energies varied_energies(const std::vector<AnalogLayer>& layers) {
  Energies energies;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto count = l % 2 == 0 ? 1 : static_cast<std::size_t>(layers[l].out_channels);
    energies.push_back(random_values(count, static_cast<uint32_t>(l), 5.0f, 50.0f));
  }
  return energies;
}

NetworkOptions options_of(const NoiseCase& model, const Ranges& ranges, int64_t batch, int threads) {
  return {.batch = batch,
          .threads = threads,
          .noise = model.kind,
          .quantization = {
              .weight_bits = model.weight_bits, .activation_bits = model.activation_bits, .ranges = ranges}};
}

NoiseConfig noise_of(const NoiseCase& model, const std::vector<AnalogLayer>& layers, uint64_t seed) {
  NoiseConfig noise{model.kind, {}, seed};
  if (model.kind != NoiseKind::none) noise.energies = varied_energies(layers);
  if (model.repeats) noise.repeats = varied_repeats(layers);
  return noise;
}

std::vector<NoiseConfig> four_configurations(const NoiseCase& model, const std::vector<AnalogLayer>& layers) {
  std::vector<NoiseConfig> configs;
  for (const uint64_t seed : {kSeed, kSeed + 1}) {
    for (const float factor : {1.0f, 4.0f}) {
      configs.push_back(noise_of(model, layers, seed));
      for (auto& layer : configs.back().energies) {
        for (float& e : layer) e *= factor;
      }
    }
  }
  return configs;
}

double share_of_other_codes(const std::vector<double>& expected, const std::vector<float>& found,
                            double step) {
  std::size_t other = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    other += std::abs(expected[i] - static_cast<double>(found[i])) > 0.1 * step;
  return static_cast<double>(other) / static_cast<double>(expected.size());
}

double xi(int layer, int64_t sample, int64_t channel, int64_t pixel, int64_t pixels, int repeat) {
  const NoiseKey key{.seed = kSeed,
                     .layer = static_cast<uint16_t>(layer),
                     .repeat = static_cast<uint16_t>(repeat),
                     .sample = static_cast<uint32_t>(sample)};
  float value = 0;
  fill_gaussian(key, element_number(channel, pixel, pixels), {&value, 1});
  return static_cast<double>(value);
}

double weight_xi(NoiseStream stream, int layer, int64_t group, int64_t element, int repeat) {
  const NoiseKey key{.seed = kSeed,
                     .layer = static_cast<uint16_t>(layer),
                     .repeat = static_cast<uint16_t>(repeat),
                     .sample = stream == NoiseStream::chip ? 0 : static_cast<uint32_t>(group),
                     .stream = stream};
  float value = 0;
  fill_gaussian(key, element, {&value, 1});
  return static_cast<double>(value);
}

void Recorder::analog(const AnalogView& view) {
  Record r;
  const auto outputs = static_cast<std::size_t>(view.epilogue.map.channels * view.epilogue.map.pixels);
  const auto inputs = static_cast<std::size_t>(view.input_map.channels * view.input_map.pixels);
  r.input.resize(inputs);
  if (view.plain_input) std::copy_n(view.input, inputs, r.input.begin());
  if (!view.plain_input) to_plain(view.input_map, view.input, r.input);
  r.pre.resize(outputs);
  to_plain(view.epilogue.map, view.pre_activation, r.pre);
  r.sigma.resize(outputs);
  sigma_of(view, r.sigma);
  r.noisy.resize(outputs);
  noisy_of(view, r.noisy);
  const std::lock_guard lock(mutex_);
  records[{view.sample, view.layer}] = std::move(r);
}

}  // namespace dpac::test
