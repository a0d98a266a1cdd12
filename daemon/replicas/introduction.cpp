#include "daemon/replicas/introduction.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <random>
#include <system_error>
#include <unistd.h>

namespace insightd::replicas
{
namespace
{

std::string host_name()
{
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string line_of(const std::filesystem::path& file)
{
    std::ifstream in{file};
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace

std::string new_instance_id()
{
    std::random_device random;
    std::string id;
    for (int part = 0; part < 4; ++part)
        id += fmt::format("{:08x}", random());
    return id;
}

std::string name_of_home(const std::filesystem::path& state_dir)
{
    const auto file = state_dir / "instance-home";
    auto name = line_of(file);
    if (name.empty()) {
        std::error_code ignored;
        std::filesystem::create_directories(state_dir, ignored);
        std::ofstream{file} << new_instance_id() << "\n";
        name = line_of(file);
    }
    return name.empty() ? name : host_name() + ":" + name;
}

model::Newcomer
introduction(std::string version, std::vector<model::AccountId> accounts, std::string home)
{
    model::Newcomer who;
    who.instance_id = new_instance_id();
    who.home = std::move(home);
    who.host = host_name();
    who.pid = getpid();
    who.version = std::move(version);
    who.accounts = std::move(accounts);
    return who;
}

} // namespace insightd::replicas
