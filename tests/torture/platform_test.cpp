#include "tests/torture/platform.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace insightd::torture
{
namespace
{

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::Field;

/// A program that asks for an account's counters.
class Asker
{
public:
    explicit Asker(const Platform& platform) : platform_{platform}
    {
        const auto url = platform.server(0).instagram_url();
        const auto port = static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1)));
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    void ask()
    {
        http::request<http::empty_body> request{
            http::verb::get, "/v24.0/me?fields=followers_count", 11};
        request.set(http::field::host, "127.0.0.1");
        request.set(http::field::authorization, "Bearer " + platform_.accounts().front().token);
        http::write(socket_, request);
        boost::beast::flat_buffer buffer;
        http::response<http::string_body> response;
        http::read(socket_, buffer, response);
    }

private:
    const Platform& platform_;
    boost::asio::io_context loop_;
    tcp::socket socket_{loop_};
};

Platform::Options one_account()
{
    Platform::Options options;
    options.accounts = 1;
    options.callers = 1;
    options.anchor = real_now();
    options.start = options.anchor;
    return options;
}

std::vector<Answer> counters(const Platform& platform)
{
    std::vector<Answer> all;
    for (const auto& [name, series] : platform.answers())
        if (name.starts_with("followers_count"))
            all.insert(all.end(), series.begin(), series.end());
    return all;
}

auto read(bool was_read)
{
    return Field(&Answer::was_read, was_read);
}

TEST(Platform, AnAnswerWasReadOnceMoreIsAskedOverItsConnection)
{
    Platform platform{one_account()};
    Asker asker{platform};
    asker.ask();
    asker.ask();
    platform.close();
    EXPECT_THAT(counters(platform), ElementsAre(read(true), read(false)));
}

TEST(Platform, WhatIsAskedOverAnotherConnectionSaysNothing)
{
    Platform platform{one_account()};
    Asker{platform}.ask();
    Asker{platform}.ask();
    platform.close();
    EXPECT_THAT(counters(platform), ElementsAre(read(false), read(false)));
}

} // namespace
} // namespace insightd::torture
