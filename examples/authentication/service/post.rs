//! What goes to owners: secrets only by post, never into the store; what they are told is in the table `outbox` besides.

use std::sync::{Mutex, PoisonError};

use examples::{
    failure::Outcome,
    outputs::{Outputs, sha256_hex},
};

/// Takes messages to owners.
#[derive(Debug)]
pub enum Post {
    /// Keeps them, for whoever plays the owner.
    Kept(Mutex<Vec<Message>>),
    /// A file each that only its owner may read, where a mail server would take them from.
    Spool(Outputs),
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The account's name, which is an address.
    pub to: String,
    /// In words.
    pub text: String,
    /// What only the owner may have.
    pub secret: Option<String>,
}

impl Post {
    /// Keeps everything.
    pub fn kept() -> Self {
        Post::Kept(Mutex::default())
    }

    /// Sends.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn send(&self, message: Message) -> Outcome<()> {
        match self {
            Post::Kept(messages) => {
                messages
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(message);
                Ok(())
            }
            Post::Spool(folder) => {
                let secret = message.secret.unwrap_or_default();
                let text = format!("To: {}\n\n{}\n{secret}\n", message.to, message.text);
                let name = sha256_hex(text.as_bytes());
                folder.write_secret(&format!("post/{name}.txt"), &text)
            }
        }
    }

    /// What was sent to that name, oldest first; nothing where it went out.
    pub fn sent_to(&self, name: &str) -> Vec<Message> {
        match self {
            Post::Kept(messages) => {
                let messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
                messages
                    .iter()
                    .filter(|message| message.to == name)
                    .cloned()
                    .collect()
            }
            Post::Spool(_) => Vec::new(),
        }
    }
}
