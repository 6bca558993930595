/// @file
/// What a command says beside its result: choices it made for the user, guesses, and what it left out.
#pragma once

#include <string>
#include <vector>

#include "kernels/api.h"
#include "loaders/left_out.h"

namespace dpac {

class Json;

/// Sentences in the order of the work. They come before the result, and are kept in its JSON.
class DPAC_API Remarks {
 public:
  /// What is so, and may not be what the user thinks.
  void notice(std::string sentence);

  /// What no file and no option says, and was taken to be so; also a notice.
  void assume(const std::string& sentence);

  /// Files, rows or tensors that were not used; also a notice.
  void leave_out(const LeftOut& left_out);

  /// The same in JSON alone: for what is so in nearly every run.
  void record_assumed(const std::string& sentence);
  void record_left_out(const LeftOut& left_out);

  /// All of `others`, behind what is here.
  void add(const Remarks& others);

  [[nodiscard]] const std::vector<std::string>& sentences() const { return sentences_; }
  [[nodiscard]] const std::vector<std::string>& assumed() const { return assumed_; }
  [[nodiscard]] const std::vector<LeftOut>& left_out() const { return left_out_; }

  /// `assumed` [sentence], `left_out` [{`what`, `count`, `examples`}] and `notices` [sentence], all of them.
  void write(Json& json) const;

 private:
  std::vector<std::string> sentences_, assumed_;
  std::vector<LeftOut> left_out_;
};

}  // namespace dpac
