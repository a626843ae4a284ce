"""Pictures and widgets on Bengio's model: the network, its word vectors, and how it compares with Kneser-Ney."""
