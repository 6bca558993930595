/// @file
/// A result as JSON.
#pragma once

#include <memory>
#include <string>

#include "kernels/api.h"
#include "study/support/remarks.h"

namespace dpac {

/// Immutable, and cheap to copy.
class DPAC_API Document {
 public:
  /// JSON's null.
  Document();

  explicit Document(Json json);

  /// Of a result, with what its remarks say behind it.
  Document(Json json, const Remarks& remarks);

  [[nodiscard]] const Json& json() const { return *json_; }

  /// For files: indented, with a line end.
  [[nodiscard]] std::string text() const;

 private:
  std::shared_ptr<const Json> json_;
};

}  // namespace dpac
