#include "collectors/graph/host.hpp"

namespace insightd::graph
{
namespace
{

constexpr HostTraits instagram{&config::HostUrls::instagram, false, false};
constexpr HostTraits facebook{&config::HostUrls::facebook, true, true};

} // namespace

const HostTraits& traits_of(config::Login login)
{
    return login == config::Login::facebook ? facebook : instagram;
}

} // namespace insightd::graph
