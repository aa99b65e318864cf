"""Who can be called and how, as data: servers.toml, agents.toml, and what the person's config.toml lays over them."""
