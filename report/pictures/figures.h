/// @file
/// From results to figures: what each kind of picture shows of each command's result.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/pictures/figure.h"
#include "report/pictures/result_file.h"

namespace dpac::report {

enum class PictureKind { energy, bits, accuracy, learning };

inline constexpr std::array kPictureKinds{PictureKind::energy, PictureKind::bits, PictureKind::accuracy,
                                          PictureKind::learning};

std::string_view name(PictureKind kind);

/// The kind of that name. @throws Error that says which there are.
PictureKind picture_kind(std::string_view called);

/// The kinds that a result can be drawn as; none for commands whose results are not drawn.
std::vector<PictureKind> kinds_of(const ResultFile& result);

/// Those of them that show more than one number when the result is drawn by itself.
std::vector<PictureKind> kinds_alone(const ResultFile& result);

/// Several results are drawn over each other, named by their files.
/// @throws Error naming file and key if a result cannot be shown so, or if their energies differ in unit.
Figure make_figure(PictureKind kind, std::span<const ResultFile> results);

/// The kinds by themselves; their results are known to be of that kind.
Figure energy_figure(std::span<const ResultFile> results);
Figure bits_figure(std::span<const ResultFile> results);
Figure accuracy_figure(std::span<const ResultFile> results);
Figure learning_figure(std::span<const ResultFile> results);

/// "photons per MAC" for shot noise, else in multiples of the base energy.
std::string energy_label(std::string_view noise);

/// "<what>: <network>, <noise> noise", of what all results agree on.
std::string title_of(std::string_view what, std::span<const ResultFile> results);

/// A series' name: the file's too where there are several.
std::string series_name(std::span<const ResultFile> results, const ResultFile& result,
                        const std::string& own);

/// One of the results' noises that is not "none": the one that they all have.
std::string common_noise(std::span<const ResultFile> results);

}  // namespace dpac::report
