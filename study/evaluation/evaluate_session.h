/// @file
/// Several evaluations of a network and data that are opened once.
#pragma once

#include "study/evaluation/evaluate.h"
#include "study/session/session.h"

namespace dpac {

/// As evaluate() of the settings alone, but model and data are the session's. Calibrates, where ranges are
/// needed, each time.
Evaluation evaluate(const Session& session, const EvaluationSettings& settings);

}  // namespace dpac
