#include "tests/sandbox/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <thread>

namespace insightd::sandbox
{
namespace
{

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* redirect_uri = "http://127.0.0.1:9/callback";

/// A login over HTTP; the sandbox runs on a thread of its own.
class ServerTest : public ::testing::Test
{
protected:
    ServerTest()
        : world{{}, three_accounts()}, api{world, faults},
          server{loop.get_executor(), api, [] { return Instant{}; }}, url{server.instagram_url()},
          runner{[this] { loop.run(); }}
    {
    }

    ~ServerTest() override
    {
        loop.stop();
        runner.join();
    }

    http::response<http::string_body> send(http::request<http::string_body> request)
    {
        boost::asio::io_context own;
        tcp::socket socket{own};
        const auto port = static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1)));
        socket.connect({boost::asio::ip::address_v4::loopback(), port});
        request.set(http::field::host, "127.0.0.1");
        request.prepare_payload();
        http::write(socket, request);
        boost::beast::flat_buffer buffer;
        http::response<http::string_body> response;
        http::read(socket, buffer, response);
        return response;
    }

    http::response<http::string_body> authorize()
    {
        return send(
            {http::verb::get,
             "/oauth/authorize?client_id=" + api.apps().instagram.id +
                 "&redirect_uri=" + form_escaped(redirect_uri) +
                 "&response_type=code&scope=instagram_business_basic&state=s",
             11});
    }

    std::string code()
    {
        const std::string location{authorize()[http::field::location]};
        const auto begin = location.find("code=") + 5;
        return location.substr(begin, location.find('&', begin) - begin);
    }

    Params form()
    {
        return {
            {"client_id", api.apps().instagram.id},
            {"client_secret", api.apps().instagram.secret},
            {"grant_type", "authorization_code"},
            {"redirect_uri", redirect_uri},
            {"code", code()}};
    }

    std::string post(const std::string& type, const std::string& body)
    {
        http::request<http::string_body> request{http::verb::post, "/oauth/access_token", 11};
        request.set(http::field::content_type, type);
        request.body() = body;
        return send(std::move(request)).body();
    }

    boost::asio::io_context loop{1};
    Faults faults;
    World world;
    Api api;
    Server server;
    std::string url;
    std::thread runner;
};

TEST_F(ServerTest, TheWindowAnswersWithARedirect)
{
    const auto response = authorize();
    EXPECT_EQ(response.result_int(), 302);
    EXPECT_THAT(
        std::string{response[http::field::location]},
        AllOf(HasSubstr(redirect_uri), HasSubstr("?code="), HasSubstr("&state=s#_")));
    EXPECT_THAT(std::string{response[http::field::content_type]}, HasSubstr("text/html"));
}

TEST_F(ServerTest, TakesFormsOfBothKinds)
{
    std::string encoded;
    std::string parts;
    for (const auto& [name, value] : form())
        encoded += name + "=" + form_escaped(value) + "&";
    for (const auto& [name, value] : form())
        parts += "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" +
                 value + "\r\n";
    EXPECT_THAT(post("application/x-www-form-urlencoded", encoded), HasSubstr("IGAAsandboxtoken"));
    EXPECT_THAT(
        post("multipart/form-data; boundary=limit", parts + "--limit--\r\n"),
        HasSubstr("IGAAsandboxtoken"));
    EXPECT_THAT(post("application/json", "{}"), HasSubstr("Invalid platform app"));
}

} // namespace
} // namespace insightd::sandbox
