#include "loaders/torch/torch_types.h"

#include <algorithm>
#include <array>

namespace dpac {
namespace {

constexpr std::array kTypes = {
    TorchType{"float32", "FloatStorage", 4, false, FloatType::float32},
    TorchType{"float64", "DoubleStorage", 8, false, FloatType::float64},
    TorchType{"float16", "HalfStorage", 2, false, FloatType::float16},
    TorchType{"bfloat16", "BFloat16Storage", 2, false, FloatType::bfloat16},
    TorchType{"int64", "LongStorage", 8, true, std::nullopt},
    TorchType{"int32", "IntStorage", 4, true, std::nullopt},
    TorchType{"int16", "ShortStorage", 2, true, std::nullopt},
    TorchType{"int8", "CharStorage", 1, true, std::nullopt},
    TorchType{"uint8", "ByteStorage", 1, true, std::nullopt},
    TorchType{"bool", "BoolStorage", 1, true, std::nullopt},
    TorchType{"complex64", "ComplexFloatStorage", 8, false, std::nullopt},
    TorchType{"complex128", "ComplexDoubleStorage", 16, false, std::nullopt},
    TorchType{"quint8", "QUInt8Storage", 1, true, std::nullopt},
    TorchType{"qint8", "QInt8Storage", 1, true, std::nullopt},
    TorchType{"qint32", "QInt32Storage", 4, true, std::nullopt},
    // Since PyTorch 2.1 and later: stored as bytes.
    TorchType{"uint16", "", 2, true, std::nullopt},
    TorchType{"uint32", "", 4, true, std::nullopt},
    TorchType{"uint64", "", 8, true, std::nullopt},
    TorchType{"float8_e4m3fn", "", 1, false, std::nullopt},
    TorchType{"float8_e4m3fnuz", "", 1, false, std::nullopt},
    TorchType{"float8_e5m2", "", 1, false, std::nullopt},
    TorchType{"float8_e5m2fnuz", "", 1, false, std::nullopt},
};

}  // namespace

const TorchType* torch_type_named(std::string_view name) {
  const auto* const found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const TorchType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : found;
}

const TorchType* torch_type_stored_as(std::string_view storage) {
  if (storage.empty()) return nullptr;
  if (storage == "UntypedStorage") return torch_type_named("uint8");
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                         [&](const TorchType& type) { return type.storage == storage; });
  return found == kTypes.end() ? nullptr : found;
}

}  // namespace dpac
