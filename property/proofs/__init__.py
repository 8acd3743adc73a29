"""What lets a resident check a published quarter alone: two trees under one root, and a household's proof in them."""
