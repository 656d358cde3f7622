"""What an evaluation cost: tokens, prices, and the replies that tell of them."""
