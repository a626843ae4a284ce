"""Pictures of the lesson on training at scale."""
