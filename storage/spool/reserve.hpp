#pragma once

#include <filesystem>

namespace insightd::spool
{

/// Room on the disk that is given up when there is no other: even making room in a database takes
/// some, and so does taking rows out of it. It is for what leaves. A disk where it cannot be taken
/// is full.
class Reserve
{
public:
    explicit Reserve(std::filesystem::path file) : file_{std::move(file)} {}

    /// Takes the room, unless it is taken already; false if it is not there.
    bool take() const;
    void release() const;

private:
    std::filesystem::path file_;
};

} // namespace insightd::spool
