#pragma once

#include "tests/torture/faults/board.hpp"

#include <optional>

namespace insightd::torture
{

/// What a descriptor of the program is to the torture.
enum class Role : std::uint8_t { none, file, api, database };

Role role_of(int descriptor);
void set_role(int descriptor, Role role);

/// Whether the file lies in the folder that counts.
bool is_watched(const char* path);

struct Verdict {
    Effect effect{};
    int error = 0;
};

/// Counts the operation; nothing if it may be done, be it late.
std::optional<Verdict> judge(Operation operation);

/// Microseconds by which the program's clock is to be wrong.
std::int64_t clock_ahead();

/// Ends the process as kill -9 does.
[[noreturn]] void die();

/// A connection that was broken, or fell silent, stays so.
enum class Ailment : std::uint8_t { none, broken, silent, closed };
Ailment ailment_of(int descriptor);
int error_of(int descriptor); ///< of a broken one
void afflict(int descriptor, Ailment ailment, int error = 0);

} // namespace insightd::torture
