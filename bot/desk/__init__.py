"""Staff side. So far: joining a chat, and notices of what came in."""
