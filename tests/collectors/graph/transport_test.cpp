#include "collectors/graph/endpoint.hpp"
#include "collectors/graph/gzip.hpp"
#include "collectors/graph/transport.hpp"
#include "collectors/graph/trust.hpp"
#include "config/unusable.hpp"
#include "tests/support/fake_graph.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <zlib.h>

#include <cstdlib>
#include <future>
#include <sys/resource.h>
#include <thread>

namespace insightd::graph
{
namespace
{

namespace fs = std::filesystem;
using insightd::testing::FakeGraph;
using insightd::testing::Received;
using insightd::testing::Scripted;
using ::testing::HasSubstr;

Transport::Limits quick()
{
    Transport::Limits limits;
    limits.timeout = std::chrono::seconds{2};
    return limits;
}

FakeGraph::Script always(Scripted answer)
{
    return [answer](const Received&) { return answer; };
}

Outcome<HttpReply> get(const std::string& url, const Transport::Limits& limits = quick())
{
    boost::asio::io_context loop{1};
    Transport transport{loop.get_executor(), limits};
    HttpRequest request{url, std::nullopt};
    return insightd::testing::run(loop, transport.send(std::move(request)));
}

std::string packed(const std::string& text)
{
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

TEST(Transport, KeepsAConnectionForTheNextCall)
{
    FakeGraph host{always({})};
    boost::asio::io_context loop{1};
    Transport transport{loop.get_executor(), quick()};
    for (int call = 0; call < 5; ++call) {
        HttpRequest request{host.url() + "/x", std::nullopt};
        ASSERT_TRUE(insightd::testing::run(loop, transport.send(std::move(request))));
    }
    EXPECT_EQ(host.connections(), 1U);
}

TEST(Transport, ReplacesAKeptConnectionThatTheServerClosed)
{
    Scripted closing;
    closing.close_after = true;
    FakeGraph host{always(closing)};
    boost::asio::io_context loop{1};
    Transport transport{loop.get_executor(), quick()};
    for (int call = 0; call < 3; ++call) {
        HttpRequest request{host.url() + "/x", std::nullopt};
        EXPECT_TRUE(insightd::testing::run(loop, transport.send(std::move(request))));
    }
    EXPECT_EQ(host.connections(), 3U);
}

TEST(Transport, NeverOpensMoreConnectionsThanTheCap)
{
    FakeGraph host{always({})};
    boost::asio::io_context loop{1};
    auto limits = quick();
    limits.connections_per_host = 3;
    Transport transport{loop.get_executor(), limits};
    std::vector<std::future<Outcome<HttpReply>>> replies;
    for (int call = 0; call < 20; ++call) {
        HttpRequest request{host.url() + "/x", std::nullopt};
        replies.push_back(boost::asio::co_spawn(
            loop, transport.send(std::move(request)), boost::asio::use_future));
    }
    loop.run();
    for (auto& reply : replies)
        EXPECT_TRUE(reply.get());
    EXPECT_LE(host.most_open(), 3U);
    EXPECT_EQ(host.received().size(), 20U);
}

/// Several callers at once on one loop, and a host that remembers in which order it was asked.
class Crowd
{
public:
    explicit Crowd(std::size_t places, std::chrono::milliseconds answer_after = {})
        : host{[answer_after](const Received&) {
              std::this_thread::sleep_for(answer_after);
              return Scripted{};
          }},
          transport{loop.get_executor(), limits(places)}
    {
    }

    static Transport::Limits limits(std::size_t places)
    {
        Transport::Limits limits;
        limits.connections_per_host = places;
        limits.timeout = std::chrono::seconds{1};
        return limits;
    }

    boost::asio::awaitable<void> call(std::string caller, int times)
    {
        for (int n = 0; n < times; ++n) {
            HttpRequest request{host.url() + "/" + caller, std::nullopt};
            const auto reply = co_await transport.send(std::move(request));
            failures += reply ? 0 : 1;
        }
        if (cancels_when_done != nullptr && caller == "a")
            cancels_when_done->emit(boost::asio::cancellation_type::terminal);
    }

    void join(const std::string& caller, int times)
    {
        boost::asio::co_spawn(loop, call(caller, times), boost::asio::detached);
    }

    void join(const std::string& caller, boost::asio::cancellation_signal& cancel)
    {
        boost::asio::co_spawn(
            loop, call(caller, 1),
            boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
    }

    std::string order() const
    {
        std::string callers;
        for (const auto& request : host.received())
            callers += request.target.substr(1);
        return callers;
    }

    FakeGraph host;
    boost::asio::io_context loop{1};
    Transport transport;
    boost::asio::cancellation_signal* cancels_when_done = nullptr;
    int failures = 0;
};

TEST(ConnectionQueue, ServesInTurnThoseWhoCallAgainAndAgain)
{
    Crowd crowd{1};
    for (const auto* caller : {"a", "b", "c", "d"})
        crowd.join(caller, 5);
    crowd.loop.run();
    EXPECT_EQ(crowd.failures, 0);
    EXPECT_EQ(crowd.order(), "abcdabcdabcdabcdabcd");
}

TEST(ConnectionQueue, LosesNoPlaceWhereSeveralAreGivenUpAtOnce)
{
    Crowd crowd{3};
    for (const auto* caller : {"a", "b", "c", "d", "e", "f", "g", "h"})
        crowd.join(caller, 10);
    crowd.loop.run();
    EXPECT_EQ(crowd.failures, 0);
    EXPECT_EQ(crowd.host.received().size(), 80U);
    EXPECT_EQ(crowd.host.most_open(), 3U);
}

TEST(ConnectionQueue, FailsNobodyWhileItMoves)
{
    Crowd crowd{1, std::chrono::milliseconds{50}};
    for (int caller = 0; caller < 30; ++caller)
        crowd.join("x", 1);
    crowd.loop.run();
    EXPECT_EQ(crowd.failures, 0) << "the last waited longer than a standing queue may";
    EXPECT_EQ(crowd.host.received().size(), 30U);
}

TEST(ConnectionQueue, GoesOnWhereOneWasCancelledBeforeOrAfterItsTurnCame)
{
    for (const bool after_its_turn_came : {false, true}) {
        Crowd crowd{1};
        boost::asio::cancellation_signal cancel;
        crowd.join("a", 1);
        crowd.join("b", cancel);
        crowd.join("c", 1);
        if (after_its_turn_came)
            crowd.cancels_when_done = &cancel;
        else
            boost::asio::post(
                crowd.loop, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
        crowd.loop.run();
        EXPECT_EQ(crowd.order(), "ac") << after_its_turn_came;
        EXPECT_EQ(crowd.failures, 0);
    }
}

TEST(ConnectionQueue, EndsForThoseWhoWaitWhileItStandsStill)
{
    Scripted stalled;
    stalled.stall = true;
    FakeGraph host{always(stalled)};
    boost::asio::io_context loop{1};
    Transport transport{loop.get_executor(), Crowd::limits(1)};
    std::vector<std::future<Outcome<HttpReply>>> replies;
    for (int call = 0; call < 2; ++call) {
        HttpRequest request{host.url() + "/x", std::nullopt};
        replies.push_back(boost::asio::co_spawn(
            loop, transport.send(std::move(request)), boost::asio::use_future));
    }
    loop.run();
    EXPECT_THAT(replies[1].get().error().message, HasSubstr("api.connections_per_host"));
}

TEST(Transport, UnpacksGzip)
{
    Scripted answer;
    answer.body = packed(R"({"id":"1"})");
    answer.headers = "Content-Encoding: gzip\r\n";
    FakeGraph host{always(answer)};
    const auto reply = get(host.url() + "/x");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, R"({"id":"1"})");
    EXPECT_THAT(host.received().front().head, HasSubstr("Accept-Encoding: gzip"));
}

TEST(Transport, UnpacksGzipHoweverItsNameIsWritten)
{
    for (const auto* name : {"GZIP", "Gzip", "x-gzip", "X-GZip"}) {
        Scripted answer;
        answer.body = packed(R"({"id":"1"})");
        answer.headers = std::string{"Content-Encoding: "} + name + "\r\n";
        FakeGraph host{always(answer)};
        EXPECT_EQ(get(host.url() + "/x")->body, R"({"id":"1"})") << name;
    }
}

TEST(Transport, RefusesBodiesThatAreTooLargePackedOrNot)
{
    auto limits = quick();
    limits.max_body = 10'000;
    Scripted answer;
    answer.body = std::string(20'000, 'x');
    FakeGraph plain{always(answer)};
    EXPECT_EQ(get(plain.url() + "/x", limits).error().kind, FailureClass::malformed);

    answer.body = packed(answer.body);
    answer.headers = "Content-Encoding: gzip\r\n";
    FakeGraph bomb{always(answer)};
    EXPECT_EQ(get(bomb.url() + "/x", limits).error().kind, FailureClass::malformed);
}

TEST(Transport, DamagedCompressionIsMalformed)
{
    EXPECT_EQ(unpacked("no gzip at all", 1'000).error().kind, FailureClass::malformed);
    const auto whole = packed(std::string(5'000, 'y'));
    EXPECT_EQ(
        unpacked(std::string_view{whole}.substr(0, whole.size() / 2), 10'000).error().kind,
        FailureClass::malformed);
}

TEST(Transport, BodyThatEndsInTheMiddleIsUnreachable)
{
    Scripted answer;
    answer.body = std::string(1'000, 'x');
    answer.cut_body = true;
    FakeGraph host{always(answer)};
    EXPECT_EQ(get(host.url() + "/x").error().kind, FailureClass::unreachable);
}

TEST(Transport, GivesUpOnAServerThatNeverAnswers)
{
    Scripted answer;
    answer.stall = true;
    FakeGraph host{always(answer)};
    auto limits = quick();
    limits.timeout = std::chrono::seconds{1};
    const auto reply = get(host.url() + "/x", limits);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::unreachable);
    EXPECT_THAT(reply.error().message, HasSubstr("no answer in time"));
}

TEST(Transport, ClosedPortIsUnreachableAndSaysWhere)
{
    std::string url;
    {
        FakeGraph gone{always({})};
        url = gone.url();
    }
    const auto reply = get(url + "/x");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::unreachable);
    EXPECT_THAT(reply.error().message, HasSubstr(url));
    EXPECT_THAT(reply.error().message, HasSubstr("api.graph_url"));
}

TEST(Transport, NeverFollowsARedirect)
{
    Scripted answer;
    answer.status = 302;
    answer.headers = "Location: https://evil.example/?access_token=x\r\n";
    FakeGraph host{always(answer)};
    EXPECT_EQ(get(host.url() + "/x").error().kind, FailureClass::malformed);
}

TEST(Endpoint, PlainHttpIsForLoopbackOnly)
{
    EXPECT_TRUE(endpoint_of("http://127.0.0.1:8080/x"));
    EXPECT_TRUE(endpoint_of("http://[::1]:8080/x"));
    EXPECT_TRUE(endpoint_of("https://graph.facebook.com/v24.0/me?fields=id"));
    const auto refused = endpoint_of("http://graph.facebook.com/x?access_token=secret");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("https://"));
    EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("secret")));
}

TEST(Endpoint, KnowsUsualPortsAndTargets)
{
    const auto endpoint = endpoint_of("https://graph.facebook.com?fields=id");
    ASSERT_TRUE(endpoint);
    EXPECT_EQ(endpoint->port, "443");
    EXPECT_EQ(endpoint->target, "/?fields=id");
}

// ---- TLS ------------------------------------------------------------------------------------

/// An authority of our own, and certificates that it signed for two names.
class TlsTest : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        std::string name{"/tmp/insightd-tls-XXXXXX"};
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
        shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test CA' "
              "-keyout ca.key -out ca.pem");
        for (const auto* host : {"localhost", "graph.example"}) {
            const std::string file{host};
            shell(
                "openssl req -newkey rsa:2048 -nodes -subj '/CN=" + file + "' -keyout " + file +
                ".key -out " + file + ".csr");
            shell("printf 'subjectAltName=DNS:" + file + "' > " + file + ".ext");
            shell(
                "openssl x509 -req -days 2 -in " + file +
                ".csr -CA ca.pem -CAkey ca.key "
                "-CAcreateserial -extfile " +
                file + ".ext -out " + file + ".pem");
        }
    }
    static void TearDownTestSuite() { fs::remove_all(folder); }

    static void shell(const std::string& command)
    {
        const auto quiet = "cd " + folder.string() + " && " + command + " 2>/dev/null";
        ASSERT_EQ(std::system(quiet.c_str()), 0) << command;
    }

    static FakeGraph::Certificate certificate(const std::string& host)
    {
        return {folder / (host + ".pem"), folder / (host + ".key")};
    }

    static Transport::Limits trusting()
    {
        auto limits = quick();
        limits.ca_file = folder / "ca.pem";
        return limits;
    }

    static fs::path folder;
};

fs::path TlsTest::folder;

TEST_F(TlsTest, AuthoritiesThatCannotBeReadAreSaid)
{
    auto limits = trusting();
    limits.ca_file = folder / "none.pem";
    boost::asio::io_context loop;
    EXPECT_THAT(
        [&] { Transport(loop.get_executor(), limits); },
        ::testing::ThrowsMessage<config::Unusable>(::testing::AllOf(
            ::testing::HasSubstr("none.pem cannot be read"), ::testing::HasSubstr("in PEM"))));
}

TEST_F(TlsTest, AuthoritiesThatCannotBeReadForWantOfDescriptorsAreNoMistakeOfTheConfiguration)
{
    boost::asio::io_context loop;
    ASSERT_NO_THROW(Transport(loop.get_executor(), trusting()));
    rlimit usual{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit none{0, usual.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_THROW(Transport(loop.get_executor(), trusting()), CannotTrust);
    setrlimit(RLIMIT_NOFILE, &usual);
}

TEST_F(TlsTest, AnswersOverTlsOfATrustedAuthority)
{
    FakeGraph host{always({}), certificate("localhost")};
    const auto reply = get(host.url("localhost") + "/x", trusting());
    ASSERT_TRUE(reply) << to_string(reply.error());
    EXPECT_EQ(reply->body, "{}");
}

TEST_F(TlsTest, RefusesACertificateOfAnotherName)
{
    FakeGraph host{always({}), certificate("graph.example")};
    const auto reply = get(host.url("localhost") + "/x", trusting());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::unreachable);
    EXPECT_THAT(reply.error().message, HasSubstr("TLS handshake"));
    EXPECT_TRUE(host.received().empty()) << "nothing was sent to the wrong host";
}

TEST_F(TlsTest, RefusesAnUnknownAuthority)
{
    FakeGraph host{always({}), certificate("localhost")};
    const auto reply = get(host.url("localhost") + "/x");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::unreachable);
    EXPECT_TRUE(host.received().empty());
}

} // namespace
} // namespace insightd::graph
