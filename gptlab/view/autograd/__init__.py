"""Pictures and widgets on backpropagation: graphs of Values, slopes, finite differences, a loss surface."""
