#pragma once

#include "tests/torture/faults/board.hpp"

#include <chrono>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace insightd::torture
{

/// One fault: the first of the operations of its kind that are hit, and up to which.
struct Order {
    static constexpr auto for_ever = std::numeric_limits<std::int64_t>::max();

    Operation operation{};
    Effect effect{};
    int error = 0; ///< errno
    std::int64_t first = 1;
    std::int64_t last = for_ever;
};

/// The torture's end of a board: a file that both map.
class BoardFile
{
public:
    explicit BoardFile(std::filesystem::path file);
    ~BoardFile();
    BoardFile(const BoardFile&) = delete;
    BoardFile& operator=(const BoardFile&) = delete;

    /// Nothing is counted yet, and nothing fails.
    void clear();
    void give(const Order& order);
    /// Counted from now on: the next one of its kind is the first.
    void give_from_now(Order order);
    void heal();
    /// The program's clock is wrong by this, in real time.
    void set_clock_ahead(std::chrono::microseconds ahead) { board_->clock_ahead = ahead.count(); }

    std::int64_t count(Operation operation) const;
    std::int64_t hits() const; ///< of all kinds
    const Board& board() const { return *board_; }

    /// What a program needs in its environment to be tortured: files below the folder count.
    std::vector<std::pair<std::string, std::string>>
    environment(const std::filesystem::path& folder) const;

private:
    std::filesystem::path file_;
    Board* board_;
};

} // namespace insightd::torture
