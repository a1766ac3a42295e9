//! What the texts of the pictures say.
