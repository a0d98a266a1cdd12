#include "config/duration.hpp"
#include "config/secret.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace insightd::config
{
namespace
{

using ::testing::HasSubstr;
using Kind = SecretReference::Kind;
using namespace std::chrono_literals;

std::string reason(const SecretReference& reference)
{
    const auto resolved = resolve(reference);
    return std::holds_alternative<std::string>(resolved) ? std::get<std::string>(resolved) : "";
}

TEST(Secret, ComesFromTheEnvironment)
{
    setenv("INSIGHTD_TEST_SECRET", "abc", 1);
    EXPECT_EQ(std::get<Secret>(resolve({Kind::env, "INSIGHTD_TEST_SECRET"})).reveal(), "abc");
    unsetenv("INSIGHTD_TEST_SECRET");
    EXPECT_THAT(reason({Kind::env, "INSIGHTD_TEST_SECRET"}), HasSubstr("not set"));
}

TEST(Secret, ComesFromAFileWithoutItsLineEnd)
{
    const auto file = std::filesystem::temp_directory_path() / "insightd_secret_test";
    std::ofstream{file} << "abc\r\n";
    EXPECT_EQ(std::get<Secret>(resolve({Kind::file, file})).reveal(), "abc");
    std::ofstream{file} << "\n";
    EXPECT_THAT(reason({Kind::file, file}), HasSubstr("is empty"));
    std::filesystem::remove(file);
    EXPECT_THAT(reason({Kind::file, file}), HasSubstr("mode 0600"));
    EXPECT_THAT(reason({Kind::file, file.parent_path()}), HasSubstr("cannot be read (Is a dir"));
}

TEST(Secret, ComesFromSystemdCredentials)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_THAT(reason({Kind::credential, "token"}), HasSubstr("LoadCredential="));
    const auto folder = std::filesystem::temp_directory_path();
    std::ofstream{folder / "insightd_credential_test"} << "xyz";
    setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
    EXPECT_EQ(
        std::get<Secret>(resolve({Kind::credential, "insightd_credential_test"})).reveal(), "xyz");
    unsetenv("CREDENTIALS_DIRECTORY");
    std::filesystem::remove(folder / "insightd_credential_test");
}

TEST(Duration, IsANumberAndAUnit)
{
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("15m"), 15min);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("1d"), 24h);
}

TEST(Duration, IsNothingElse)
{
    for (const auto* text :
         {"", "s", "15", "0m", "-5m", "1.5h", "1 h", "15min", "4000d", "99999999999d", "1w"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

} // namespace
} // namespace insightd::config
