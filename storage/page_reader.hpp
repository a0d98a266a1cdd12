#pragma once

#include "storage/model/shown.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace insightd::storage
{

/// Reads what pages show, on a thread and a connection of its own that is made at the first call:
/// writing never stands behind it. Whoever waits for a page does not wait long: every call throws
/// model::Unavailable when the database is away, or has not answered within the patience.
class PageReader
{
public:
    /// As for Database.
    PageReader(
        std::string url, std::chrono::milliseconds patience,
        std::function<void()> before_connecting = {});
    ~PageReader(); ///< waits for the transaction under way, which the server ends in time

    // See storage/read_shown.hpp.
    boost::asio::awaitable<model::ShownAccounts> accounts();
    boost::asio::awaitable<std::vector<model::GapsOfAccount>> gaps();
    boost::asio::awaitable<model::ShownAccount> account(std::string name);
    boost::asio::awaitable<std::optional<model::ShownPostHistory>>
    post(std::string account, model::MediaId id);

    /// Whether a call is under way: the destructor waits for it.
    bool is_busy() const;

private:
    class Connected;
    template <class Result, class Work> boost::asio::awaitable<Result> read(Work work);
    template <class Result, class Work> boost::asio::awaitable<Result> attempt(Work work);

    std::chrono::milliseconds patience_;
    std::unique_ptr<Connected> worker_;
};

} // namespace insightd::storage
