#pragma once

#include <filesystem>

namespace insightd::spool
{

/// Room on the disk that is given up when there is no other: even making room in a database takes
/// some.
class Reserve
{
public:
    explicit Reserve(std::filesystem::path file) : file_{std::move(file)} {}

    /// Takes the room, if it is there and was not taken yet.
    void take() const;
    void release() const;

private:
    std::filesystem::path file_;
};

} // namespace insightd::spool
