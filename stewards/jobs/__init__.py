"""What residents ask of the red stewards: offered, never ordered; taken on, done, confirmed."""
