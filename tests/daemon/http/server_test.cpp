#include "config/unusable.hpp"
#include "daemon/http/certificate.hpp"
#include "daemon/http/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

// Real sockets on loopback: the server on its own loop and thread, the client blocking.
namespace insightd::http
{
namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Answer echo(const Question& question)
{
    Answer answer;
    answer.body = (question.method == Method::post ? "post " : "get ") + question.path + " " +
                  question.query + " " + std::string{header_of(question, "x-thing")} + " " +
                  std::to_string(question.body.size());
    answer.headers = {{"content-security-policy", "default-src 'none'"}};
    return answer;
}

class ServerTest : public ::testing::Test
{
protected:
    ~ServerTest() override
    {
        asio::post(loop, [this] { server.reset(); });
        work.reset();
        thread.join();
    }

    void serve(Limits limits, std::shared_ptr<Certificate> certificate = {})
    {
        server = std::make_unique<Server>(
            loop.get_executor(), "127.0.0.1", 0, Server::of_pages(echo), limits,
            std::move(certificate));
        port = server->port();
        thread = std::thread{[this] { loop.run(); }};
    }

    tcp::socket connected()
    {
        tcp::socket socket{client};
        socket.connect({asio::ip::make_address("127.0.0.1"), port});
        return socket;
    }

    /// What comes back until the server closes.
    std::string exchange(const std::string& request)
    {
        auto socket = connected();
        asio::write(socket, asio::buffer(request));
        return rest(socket);
    }

    template <class Stream> static std::string rest(Stream& stream)
    {
        std::string text;
        boost::system::error_code end;
        asio::read(stream, asio::dynamic_buffer(text), end);
        return text;
    }

    static constexpr std::size_t body_limit = 1000;
    static Limits taking_posts()
    {
        Limits limits;
        limits.body = body_limit;
        return limits;
    }

    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(loop);
    asio::io_context client;
    std::unique_ptr<Server> server;
    std::uint16_t port = 0;
    std::thread thread;
};

TEST_F(ServerTest, HandsOverWhatWasSent)
{
    serve(taking_posts());
    EXPECT_THAT(
        exchange("GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Thing: t\r\nConnection: close\r\n\r\n"),
        HasSubstr("get /a b=c t 0"));
    EXPECT_THAT(
        exchange(
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz"),
        HasSubstr("post /a   3"));
    EXPECT_THAT(
        exchange("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: "
                 "close\r\n\r\n3\r\nxyz\r\n2\r\nzy\r\n0\r\n\r\n"),
        HasSubstr("post /a   5"));
}

TEST_F(ServerTest, SendsTheHeadersOfAnAnswerBesideItsOwn)
{
    serve({});
    EXPECT_THAT(
        exchange("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
        ::testing::AllOf(
            HasSubstr("content-security-policy: default-src 'none'\r\n"),
            HasSubstr("x-content-type-options: nosniff\r\n")));
}

TEST_F(ServerTest, HeadIsAGetWithoutItsBody)
{
    serve({});
    const auto answer = exchange("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 10"));
    EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, TakesNoPostUnlessItIsToldHowLong)
{
    serve({});
    EXPECT_THAT(
        exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz"),
        StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(exchange("DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 405"));
}

TEST_F(ServerTest, LongerBodiesAreRefusedHoweverTheyCome)
{
    serve(taking_posts());
    const std::string body(body_limit + 1, 'x');
    EXPECT_THAT(
        exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + body),
        StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(
        exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000000\r\n\r\n"),
        StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(
        exchange(
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body +
            "\r\n0\r\n\r\n"),
        StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(
        exchange(
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n" +
            body.substr(1)),
        StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, WhoeverSendsTooSlowlyIsHungUpOn)
{
    auto limits = taking_posts();
    limits.timeout = 50ms;
    serve(limits);
    EXPECT_THAT(exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Le"), IsEmpty());
    EXPECT_THAT(
        exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"), IsEmpty());
}

TEST_F(ServerTest, WhatIsNoHttpIsHungUpOn)
{
    serve(taking_posts());
    EXPECT_THAT(exchange("\x16\x03\x01 hello\r\n\r\n"), IsEmpty());
    EXPECT_THAT(exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"), IsEmpty());
}

/// Certificates in a folder of their own.
class Tls : public ServerTest
{
protected:
    Tls()
    {
        std::filesystem::create_directories(folder);
        issue("first");
    }
    ~Tls() override { std::filesystem::remove_all(folder); }

    void issue(const std::string& name)
    {
        const auto command = "cd " + folder.string() +
                             " && openssl req -x509 -newkey rsa:2048 -nodes -days 2 " +
                             "-subj /CN=" + name + " -keyout key.pem -out chain.pem 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0); // NOLINT
        touched += 1s;
        for (const auto* file : {"key.pem", "chain.pem"})
            std::filesystem::last_write_time(
                folder / file, std::filesystem::file_time_type::clock::now() + touched);
    }

    std::shared_ptr<Certificate> certificate()
    {
        return std::make_shared<Certificate>(
            config::Certificate{folder / "chain.pem", folder / "key.pem"},
            [this](const std::string& why_not) {
                const std::scoped_lock lock{guard};
                said_.push_back(why_not);
            });
    }

    std::vector<std::string> said()
    {
        const std::scoped_lock lock{guard};
        return said_;
    }

    /// Whose certificate is shown.
    std::string name_shown()
    {
        asio::ssl::context any{asio::ssl::context::tls_client};
        asio::ssl::stream<tcp::socket> stream{connected(), any};
        stream.handshake(asio::ssl::stream_base::client);
        const auto* shown = SSL_get0_peer_certificate(stream.native_handle());
        std::array<char, 256> line{};
        X509_NAME_oneline(X509_get_subject_name(shown), line.data(), line.size());
        asio::write(
            stream, asio::buffer(std::string_view{
                        "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"}));
        return std::string{line.data()} + (rest(stream).starts_with("HTTP/1.1 200") ? " 200" : "");
    }

    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("insightd-http-" + std::to_string(getpid()));
    std::chrono::seconds touched{};
    std::mutex guard; ///< the server says it on its own thread
    std::vector<std::string> said_;
};

TEST_F(Tls, ShowsTheCertificateAsItsFilesAreNow)
{
    serve({}, certificate());
    EXPECT_EQ(name_shown(), "/CN=first 200");
    issue("second");
    EXPECT_EQ(name_shown(), "/CN=second 200");
    EXPECT_THAT(said(), ElementsAre(""));
}

TEST_F(Tls, KeepsTheFormerCertificateWhileTheNewOneCannotBeUsed)
{
    serve({}, certificate());
    std::ofstream{folder / "chain.pem"} << "half a fi";
    EXPECT_EQ(name_shown(), "/CN=first 200");
    EXPECT_THAT(said(), ElementsAre(HasSubstr("no certificate chain and its key")));
    EXPECT_EQ(name_shown(), "/CN=first 200");
    EXPECT_EQ(said().size(), 1U) << "said once";
}

TEST_F(Tls, FilesThatCannotBeUsedAreSaidAtTheStart)
{
    std::ofstream{folder / "key.pem"} << "nothing";
    try {
        certificate();
        FAIL();
    } catch (const config::Unusable& error) {
        EXPECT_THAT(error.what(), HasSubstr("key.pem"));
    }
    serve({});
}

TEST_F(Tls, PlainHttpIsNotSpoken)
{
    serve({}, certificate());
    EXPECT_THAT(
        exchange("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
        ::testing::Not(HasSubstr("200")));
}

} // namespace
} // namespace insightd::http
