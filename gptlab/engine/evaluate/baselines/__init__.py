"""Models that count: n-grams with Kneser-Ney smoothing, over tokens and over bytes."""
