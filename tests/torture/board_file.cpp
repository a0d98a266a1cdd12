#include "tests/torture/board_file.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace insightd::torture
{
namespace
{

Board* map(const std::filesystem::path& file)
{
    const int handle = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0 || ftruncate(handle, sizeof(Board)) != 0)
        throw std::runtime_error{"no board in " + file.string()};
    void* shared = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    close(handle);
    if (shared == MAP_FAILED)
        throw std::runtime_error{"no board in " + file.string()};
    return static_cast<Board*>(shared);
}

std::size_t index_of(Operation operation)
{
    return static_cast<std::size_t>(operation);
}

} // namespace

BoardFile::BoardFile(std::filesystem::path file) : file_{std::move(file)}, board_{map(file_)} {}

BoardFile::~BoardFile()
{
    munmap(board_, sizeof(Board));
}

void BoardFile::clear()
{
    heal();
    for (auto& count : board_->counts)
        count = 0;
    for (auto& hits : board_->hits)
        hits = 0;
    board_->first_hit_at = board_->last_hit_at = 0;
}

void BoardFile::give(const Order& order)
{
    auto& place = board_->orders.at(index_of(order.operation));
    place.first = 0; // the program may be reading it
    place.last = order.last;
    place.effect = order.effect;
    place.error = order.error;
    place.first = order.first;
}

void BoardFile::give_from_now(Order order)
{
    const auto already = count(order.operation);
    order.first += already;
    if (order.last != Order::for_ever)
        order.last += already;
    give(order);
}

void BoardFile::heal()
{
    for (auto& order : board_->orders)
        order.first = 0;
}

std::int64_t BoardFile::count(Operation operation) const
{
    return board_->counts.at(index_of(operation));
}

std::int64_t BoardFile::hits() const
{
    std::int64_t all = 0;
    for (const auto& hits : board_->hits)
        all += hits;
    return all;
}

std::vector<std::pair<std::string, std::string>>
BoardFile::environment(const std::filesystem::path& folder) const
{
    return {
        {"LD_PRELOAD", INSIGHTD_FAULTS},
        {board_variable, file_.string()},
        {folder_variable, folder.string()}};
}

} // namespace insightd::torture
