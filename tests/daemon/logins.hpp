#pragma once

#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>

namespace insightd::testing
{

inline std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The sandbox with a configuration whose tokens are all in the vault, and a browser.
class Logins
{
public:
    static constexpr const char* elsewhere = "https://insights.example/back/";

    explicit Logins(std::vector<std::string> options = {}, const std::string& speed = "1")
        : database{fresh_database()}, sandbox{database, std::move(options), speed}
    {
        edit(R"(token: \{file: [^}]+\})", "token: {vault: true}");
        edit(
            "api:\n",
            "api:\n  app: {id: \"1045000000000001\", secret: {file: " + secret_file("facebook") +
                "}}\n  instagram_app: {id: \"990602627938098\", secret: {file: " +
                secret_file("instagram") + "}}\n");
        edit("accounts:", "login: {listen: \"127.0.0.1:0\"}\naccounts:");
    }

    void edit(const std::string& pattern, const std::string& by) const
    {
        const auto text = text_of(sandbox.config_file());
        std::ofstream{sandbox.config_file()} << std::regex_replace(text, std::regex{pattern}, by);
    }

    Process run(std::vector<std::string> words, const std::string& input = {}) const
    {
        auto process = sandbox.insightd(std::move(words), input);
        process.finish();
        return process;
    }

    /// A login with a listener, once it has printed its URL.
    Process begin(const std::string& account) const
    {
        auto login = sandbox.insightd({"login", account});
        EXPECT_TRUE(login.wait_for("Waiting on")) << login.output();
        return login;
    }

    /// A login whose answer is pasted.
    Process paste(const std::string& account, const std::string& answer) const
    {
        return run({"login", account, "--paste", "--redirect-uri", elsewhere}, answer + "\n");
    }

    /// The address at which a browser ends that comes from such a login.
    std::string address_after(const std::string& account) const
    {
        return browse({"--address-bar", url_in(paste(account, "").output())});
    }

    static std::string url_in(const std::string& output)
    {
        std::smatch match;
        return std::regex_search(output, match, std::regex{R"(  (http://\S+))"}) ? match[1].str()
                                                                                 : "";
    }

    static std::string code_in(const std::string& url)
    {
        const auto begin = url.find("code=") + 5;
        return url.substr(begin, url.find_first_of("&#", begin) - begin);
    }

    /// What the browser is shown, after `<status> <url>` in the first line.
    static std::string open(const std::string& url) { return browse({url}); }

    std::string status(const std::string& account, const std::string& column) const
    {
        return query1(
                   database, "SELECT " + column + " FROM insights.token_status WHERE account = '" +
                                 account + "'")
            .value_or("NULL");
    }

    /// The sandbox's fixed token of an account, as the App Dashboard would have made it.
    std::string fixed_token(const std::string& account) const
    {
        return text_of(sandbox.folder.path() / (account + ".token"));
    }

    std::string database;
    SandboxProcess sandbox;

private:
    static std::string browse(std::vector<std::string> words)
    {
        words.insert(
            words.begin(),
            {"/usr/bin/python3", std::string{INSIGHTD_SOURCE_DIR} + "/tests/daemon/browser.py"});
        return Process{std::move(words)}.finish();
    }

    std::string secret_file(const std::string& host) const
    {
        const auto file = sandbox.folder.path() / (host + ".secret");
        std::ofstream{file} << "sandbox-app-secret-" << host << "\n";
        return file;
    }
};

inline std::string page(const std::string& log, const std::string& path)
{
    std::smatch port;
    if (!std::regex_search(log, port, std::regex{R"(pages .*port=(\d+))"}))
        return "no pages";
    return Logins::open("http://127.0.0.1:" + port[1].str() + path);
}

} // namespace insightd::testing
